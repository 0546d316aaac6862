using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Protocol.Trust;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether a pod is given storage credentials by the cluster.</summary>
internal static partial class CredentialCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        from workload in scope.Workloads
        from container in workload.Containers
        from variable in Variable.Of(container, workload.Namespace, scope)
        where !IsSetting(variable) && (Names().IsMatch(variable.Name) || Values().IsMatch(variable.Value ?? ""))
        select variable.Node.Found(CheckCodes.CredentialInEnvironment, variable.Name); // never the value

    /// <summary>Settings that decide trust are a finding of their own.</summary>
    private static bool IsSetting(Variable variable) =>
        Setting.FromVariable(variable.Name, variable.Value, variable.Node, variable.Origin) is { } setting && TrustSettings.Decides(setting.Key);

    [GeneratedRegex("^(AzureWebJobsStorage|AZURE_STORAGE_(KEY|CONNECTION_STRING|SAS_TOKEN)|AZURE_CLIENT_SECRET|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Names();

    [GeneratedRegex("AccountKey=|SharedAccessSignature=|[?&]sig=", RegexOptions.CultureInvariant)]
    private static partial Regex Values();
}
