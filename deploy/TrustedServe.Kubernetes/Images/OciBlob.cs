namespace TrustedServe.Kubernetes.Images;

/// <summary>A blob of an OCI layout, as another document refers to it.</summary>
/// <param name="MediaType">What it is.</param>
/// <param name="Digest"><c>sha256:</c> and 64 digits.</param>
/// <param name="Size">Bytes.</param>
public sealed record OciBlob(string MediaType, string Digest, long Size);
