using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>Which deployment is meant and where its inventory lies.</summary>
internal static partial class DeploymentTarget
{
    /// <summary>Checks a deployment's name.</summary>
    /// <exception cref="TsfException">TSF0010.</exception>
    public static string CheckedName(string name) => DnsLabel().IsMatch(name)
        ? name
        : throw TsfErrors.Usage.With($"A deployment's name has 1 to 40 lower-case letters, digits and hyphens and begins with a letter, not '{Printable.Line(name, 60)}'.");

    /// <summary>The namespace: the one that is named, the only one of the manifests, the context's, or <c>default</c>.</summary>
    public static string Namespace(string? named, IReadOnlyList<Manifest> manifests, ClusterClient client)
    {
        var inside = manifests.Select(manifest => manifest.Namespace).OfType<string>().Distinct().ToList();
        return named ?? (inside.Count == 1 ? inside[0] : client.DefaultNamespace ?? "default");
    }

    // Room for 'trustedserve-inventory-' before it within 63 characters.
    [GeneratedRegex("^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex DnsLabel();
}
