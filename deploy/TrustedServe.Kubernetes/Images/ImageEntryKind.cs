namespace TrustedServe.Kubernetes.Images;

/// <summary>What a path of an image is.</summary>
public enum ImageEntryKind
{
    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A file whose content lies on this machine.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Link,
}
