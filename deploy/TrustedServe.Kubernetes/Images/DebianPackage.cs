namespace TrustedServe.Kubernetes.Images;

/// <summary>A Debian package that the image takes libraries from, pinned.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version, epoch included.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="Sha256">SHA-256 of the .deb file, 64 lower-case digits.</param>
public sealed record DebianPackage(string Name, string Version, string Architecture, string Sha256)
{
    /// <summary>The file that apt-get saves it as.</summary>
    public string FileName => $"{Name}_{Version.Replace(":", "%3a", StringComparison.Ordinal)}_{Architecture}.deb";
}
