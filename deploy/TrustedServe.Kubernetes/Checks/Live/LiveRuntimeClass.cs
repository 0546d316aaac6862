using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>A runtime class of a cluster.</summary>
/// <param name="Content">The object.</param>
internal sealed record LiveRuntimeClass(ManifestNode Content)
{
    /// <summary>CPUs that a pod needs beside its limits.</summary>
    public decimal? Cpus => Quantity.Of(Content["overhead"]["podFixed"]["cpu"]);

    /// <summary>Bytes that a pod needs beside its limits.</summary>
    public decimal? Memory => Quantity.Of(Content["overhead"]["podFixed"]["memory"]);

    /// <summary>Labels of the nodes that take it; empty when it does not say.</summary>
    public IReadOnlyDictionary<string, string> NodeSelector => Content["scheduling"]["nodeSelector"].Texts();
}
