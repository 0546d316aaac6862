namespace TrustedServe.Kubernetes.Images;

/// <summary>One path of an image.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Target">Of a file where its content lies, of a link what it points to, else empty.</param>
public sealed record ImageEntry(ImageEntryKind Kind, UnixFileMode Mode, string Target);
