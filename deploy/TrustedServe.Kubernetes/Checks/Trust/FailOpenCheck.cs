using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether something lets the start, or a request, go on although attestation or authorisation failed.</summary>
internal static partial class FailOpenCheck
{
    // Names as people write them; the patterns take quadratic time.
    private const int MaxNameLength = 256;

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads
        .SelectMany(workload => workload.Containers.SelectMany(container => Words(container).Concat(Variables(container, workload, scope))))
        .Concat(scope.Documents.SelectMany(document => Switches(ManifestNode.Of(document))))
        .Concat(Webhooks(scope));

    private static IEnumerable<Finding> Words(Container container)
    {
        foreach (var word in container.Words)
        {
            var text = word.Text ?? "";
            if (Attests().IsMatch(text) && Ignored().IsMatch(text))
            {
                yield return word.Found(CheckCodes.FailOpenAttestation, $"container '{container.Name}' goes on after a failure: {Ignored().Match(text).Value.Trim()}");
            }
            else if (OpenOption().IsMatch(text))
            {
                yield return word.Found(CheckCodes.FailOpenAttestation, $"container '{container.Name}': {OpenOption().Match(text).Value.Trim()}");
            }
        }
    }

    private static IEnumerable<Finding> Variables(Container container, Workload workload, CheckScope scope) =>
        from variable in Variable.Of(container, workload.Namespace, scope)
        where variable.Value is not null && variable.Name.Length <= MaxNameLength && (
            (Required().IsMatch(variable.Name) && Off().IsMatch(variable.Value))
            || (Optional().IsMatch(variable.Name) && On().IsMatch(variable.Value))
            || (Mode().IsMatch(variable.Name) && Lenient().IsMatch(variable.Value)))
        select variable.Node.Found(CheckCodes.FailOpenAttestation, $"{variable.Name}={variable.Value}");

    /// <summary>Proxies and authorisers have this switch under several names.</summary>
    private static IEnumerable<Finding> Switches(ManifestNode node)
    {
        foreach (var (name, child) in node.Members)
        {
            if ((name is "failOpen" or "failureModeAllow" or "failure_mode_allow") && child.Flag == true)
            {
                yield return child.Found(CheckCodes.FailOpenAttestation, $"{name} is true");
            }
        }

        foreach (var finding in node.Members.Select(member => member.Node).Concat(node.Items).SelectMany(Switches))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> Webhooks(CheckScope scope) =>
        from configuration in scope.OfKind("ValidatingWebhookConfiguration").Concat(scope.OfKind("MutatingWebhookConfiguration"))
        from webhook in configuration["webhooks"].Items
        where Guards().IsMatch($"{configuration.Document.Manifest.Name} {webhook["name"].Text}") && webhook["failurePolicy"].Text == "Ignore"
        select webhook["failurePolicy"].Found(CheckCodes.FailOpenAttestation, $"webhook '{webhook["name"].Text}' has failurePolicy Ignore");

    [GeneratedRegex("attest|evidence|quote|kbs|key.?broker|trustee", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Attests();

    [GeneratedRegex(@"\|\|\s*(true|:|echo|exit\s+0)|set \+e|;\s*(exit\s+0|true)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Ignored();

    [GeneratedRegex(@"(^|\s)--(skip|no|disable|ignore|allow-failed|allow-un)-?attest[a-z-]*|(^|\s)--attestation(-mode|-policy)?[= ](off|none|optional|permissive|warn|audit|disabled|false)\b|(^|\s)--(attestation-)?fail-open\b(?!=false)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OpenOption();

    [GeneratedRegex("(REQUIRE|ENFORCE|VERIFY|ENABLE|FAIL_?CLOSED?).*ATTEST|ATTEST.*(REQUIRED?|ENFORCED?|VERIFY|ENABLED?|STRICT|FAIL_?CLOSED?)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Required();

    [GeneratedRegex("FAIL_?OPEN|(SKIP|DISABLE|IGNORE|ALLOW_?UN).*ATTEST|ATTEST.*(OPTIONAL|DISABLED?|SKIP|IGNORE)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Optional();

    [GeneratedRegex("ATTEST.*(MODE|POLICY|ON_?FAILURE)|^ATTESTATION$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Mode();

    [GeneratedRegex(@"^(false|0|no|off)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Off();

    [GeneratedRegex(@"^(true|1|yes|on)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex On();

    [GeneratedRegex(@"^(off|none|optional|permissive|warn|warning|audit|disabled|ignore|continue|allow|false)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Lenient();

    [GeneratedRegex("attest|trust|confidential|policy", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Guards();
}
