namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>How a kind is reached, as the cluster itself says.</summary>
/// <param name="ApiVersion">Group and version.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Plural">Its name in paths.</param>
/// <param name="IsNamespaced">Whether its objects live in namespaces.</param>
/// <param name="IsListable">Whether its objects can be listed.</param>
internal sealed record ResourceType(string ApiVersion, string Kind, string Plural, bool IsNamespaced, bool IsListable)
{
    /// <summary>The path of one object.</summary>
    public string Path(string? @namespace, string name) => $"{Path(@namespace)}/{Uri.EscapeDataString(name)}";

    /// <summary>The path of all objects, of one namespace or of all.</summary>
    public string Path(string? @namespace) => IsNamespaced && @namespace is not null
        ? $"{Root(ApiVersion)}/namespaces/{Uri.EscapeDataString(@namespace)}/{Plural}"
        : $"{Root(ApiVersion)}/{Plural}";

    /// <summary>Where a group and version is served.</summary>
    public static string Root(string apiVersion) => apiVersion.Contains('/', StringComparison.Ordinal) ? $"apis/{apiVersion}" : $"api/{apiVersion}";
}
