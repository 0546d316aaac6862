using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Protocol.Trust;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether something that decides trust, or turns it off, stands where the machine's owner can write.</summary>
internal static partial class TrustSettingsCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads
        .SelectMany(workload => workload.Containers.SelectMany(container => Settings.Of(container, workload.Namespace, scope).SelectMany(Of).Concat(Words(container))))
        .Concat(scope.OfKind("ConfigMap").Concat(scope.OfKind("Secret")).SelectMany(Data));

    private static IEnumerable<Finding> Of(Setting setting)
    {
        if (TrustSettings.IsInsecure(setting.Key) && !IsOff(setting.Value))
        {
            yield return setting.Node.Found(CheckCodes.SimulatedTrust, $"{setting.Origin}: {setting.Key}");
        }
        else if (TrustSettings.Decides(setting.Key))
        {
            yield return setting.Node.Found(CheckCodes.TrustSettingFromHost, $"{setting.Origin}: {setting.Key}");
        }
    }

    private static IEnumerable<Finding> Words(Container container) => container.Words
        .Where(word => InsecureOption().IsMatch(word.Text ?? ""))
        .Select(word => word.Found(CheckCodes.SimulatedTrust, $"argument {InsecureOption().Match(word.Text!).Value.Trim()}"));

    /// <summary>Files of settings, and policies of a broker: a rule that accepts simulated evidence accepts anybody's.</summary>
    private static IEnumerable<Finding> Data(ManifestNode data)
    {
        foreach (var finding in Settings.InData(data).SelectMany(Of))
        {
            yield return finding;
        }

        foreach (var (name, text, node) in DataObject.Entries(data))
        {
            foreach (var (key, _) in DataObject.Flatten(text).Where(pair => pair.Key.Contains(":insecure_", StringComparison.Ordinal) && !IsOff(pair.Value)))
            {
                yield return node.Found(CheckCodes.SimulatedTrust, $"{data.Document.Manifest.Kind} entry '{name}': {key}");
            }
        }
    }

    private static bool IsOff(string? value) => value is not null && (value.Equals("false", StringComparison.OrdinalIgnoreCase) || value is "0" or "");

    /// <summary>Also inside a line for a shell. Settings of their own form are judged as settings.</summary>
    [GeneratedRegex(@"(^|\s)--insecure-(?>[a-z-]+)(?!=false)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex InsecureOption();
}
