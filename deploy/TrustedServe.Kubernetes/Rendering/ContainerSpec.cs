namespace TrustedServe.Kubernetes.Rendering;

/// <summary>The one container of a pod, as both the pod and the agent policy state it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">Image by digest.</param>
/// <param name="Arguments">Program and arguments.</param>
/// <param name="Environment">The whole environment.</param>
/// <param name="Volumes">Its volumes.</param>
internal sealed record ContainerSpec(
    string Name, string Image, IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyList<ContainerVolume> Volumes);
