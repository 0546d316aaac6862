namespace TrustedServe.Kubernetes.Images;

/// <summary>A part of the image, as the bill of materials names it.</summary>
/// <param name="Purl">Its package URL.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Algorithm">Of the checksum: SHA256 or SHA512; null without one.</param>
/// <param name="Checksum">The checksum of what it came as, in lower-case digits.</param>
public sealed record SbomPackage(string Purl, string Name, string Version, string? Algorithm, string? Checksum)
{
    /// <summary>Of a Debian package.</summary>
    public static SbomPackage Of(DebianPackage package) => new(
        $"pkg:deb/debian/{Uri.EscapeDataString(package.Name)}@{Uri.EscapeDataString(package.Version)}?arch={package.Architecture}",
        package.Name,
        package.Version,
        "SHA256",
        package.Sha256);

    /// <summary>Of a NuGet package.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="sha512">Base64 of its SHA-512, or empty.</param>
    public static SbomPackage OfNuGet(string name, string version, string sha512) => new(
        $"pkg:nuget/{Uri.EscapeDataString(name)}@{Uri.EscapeDataString(version)}",
        name,
        version,
        sha512.Length > 0 ? "SHA512" : null,
        sha512.Length > 0 ? Convert.ToHexStringLower(Convert.FromBase64String(sha512)) : null);
}
