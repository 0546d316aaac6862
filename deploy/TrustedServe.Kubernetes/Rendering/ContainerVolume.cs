using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>A memory-backed volume of the container.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Where it is mounted.</param>
/// <param name="Size">Its greatest size.</param>
internal sealed record ContainerVolume(string Name, string Path, MemorySize Size);
