using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Isolation;

/// <summary>Whether a mesh takes and makes mutually authenticated connections only.</summary>
internal static class MeshCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope)
    {
        var modes = scope.OfKind("PeerAuthentication").SelectMany(policy =>
            policy["spec"]["portLevelMtls"].Members.Select(port => port.Node["mode"]).Prepend(policy["spec"]["mtls"]["mode"]));
        foreach (var mode in modes.Where(mode => mode.Text is "PERMISSIVE" or "DISABLE"))
        {
            yield return mode.Found(CheckCodes.MeshNotStrict, $"mode {mode.Text}");
        }

        foreach (var mode in scope.OfKind("DestinationRule").SelectMany(rule => TrafficPolicies(rule["spec"])).Select(policy => policy["tls"]["mode"]).Where(mode => mode.Text == "DISABLE"))
        {
            yield return mode.Found(CheckCodes.MeshNotStrict, "tls mode DISABLE");
        }
    }

    private static IEnumerable<ManifestNode> TrafficPolicies(ManifestNode spec) => spec["subsets"].Items
        .Select(subset => subset["trafficPolicy"])
        .Prepend(spec["trafficPolicy"])
        .SelectMany(policy => policy["portLevelSettings"].Items.Prepend(policy));
}
