namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF7060: dotnet, apt-get or dpkg-deb failed.</summary>
    public static readonly ErrorCode ImageToolFailed = new("TSF7060", 500, "A program that the image is built with failed", "Read what it said. A Debian package that is no longer offered: 'trustedserve image build --refresh-packages' pins the present ones, on a machine whose apt sources are those of the release.");

    /// <summary>TSF7061: the list of pinned packages is none.</summary>
    public static readonly ErrorCode InvalidPackageLock = new("TSF7061", 500, "The list of pinned Debian packages cannot be used", "Correct deploy/container/debian.lock.json as the message says.");

    /// <summary>TSF7062: a Debian package is not the pinned one.</summary>
    public static readonly ErrorCode PackageMismatch = new("TSF7062", 500, "A Debian package is not the one that was pinned", "Build again, which fetches it anew; if it stays so, find out who changed it before anything is pinned anew.");

    /// <summary>TSF7063: a library that a program of the image needs is not there.</summary>
    public static readonly ErrorCode MissingLibrary = new("TSF7063", 500, "A library that the image needs cannot be found or read", "Add its Debian package to deploy/container/debian.lock.json and build with --refresh-packages.");
}
