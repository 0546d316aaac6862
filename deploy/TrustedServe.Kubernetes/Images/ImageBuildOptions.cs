namespace TrustedServe.Kubernetes.Images;

/// <summary>What to build an image from, and where to.</summary>
public sealed record ImageBuildOptions
{
    /// <summary>Top of the clone.</summary>
    public required string SourceFolder { get; init; }

    /// <summary>Folder of the layout; a layout that lies there is replaced.</summary>
    public required string Output { get; init; }

    /// <summary>Where Debian packages are kept from one build to the next.</summary>
    public required string PackageFolder { get; init; }

    /// <summary>Whether the newest Debian packages are taken and pinned, in place of the pinned ones.</summary>
    public bool RefreshPackages { get; init; }

    /// <summary>Told what is done now.</summary>
    public Action<string> Progress { get; init; } = _ => { };
}
