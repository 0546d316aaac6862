using System.Runtime.InteropServices;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Hardening;

/// <summary>Directories that nobody but this user can look into.</summary>
public static class PrivateDirectory
{
    private const int FileType = 0xF000;
    private const int TypeDirectory = 0x4000;
    private const int OthersBits = 0b000_111_111;

    /// <summary>Creates the directory with mode 0700 where it is missing, and checks it where it is there.</summary>
    /// <exception cref="TsfException">TSF0005 when it is no directory, is a link, belongs to another user or is open to others; TSF0008 when it cannot be made.</exception>
    public static void Ensure(string path)
    {
        Make(path);
        Check(path);
    }

    /// <summary>Creates the directory with mode 0700 where it is missing, and looks no further: for callers that check it once they hold it.</summary>
    /// <exception cref="TsfException">TSF0008 when it cannot be made.</exception>
    internal static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The directory {path} cannot be made.", exception);
        }
    }

    /// <summary>Checks that the directory is this user's own and closed to all others.</summary>
    /// <exception cref="TsfException">TSF0005 when not; TSF0008 when it cannot be looked at.</exception>
    public static void Check(string path)
    {
        var trimmed = Path.TrimEndingDirectorySeparator(path);
        if (LibC.Status(LibC.CurrentDirectory, trimmed, LibC.NoFollow, LibC.StatxBasic, out var status) != 0)
        {
            throw TsfErrors.FileUnreadable.With($"The directory {path} cannot be looked at: statx gave error {Marshal.GetLastPInvokeError()}.");
        }

        if ((status.Mode & FileType) != TypeDirectory)
        {
            throw TsfErrors.UnprotectedMemory.With($"{path} must be a directory of its own, not a link or a file.");
        }

        if (status.Owner != LibC.EffectiveUser())
        {
            throw TsfErrors.UnprotectedMemory.With($"The directory {path} belongs to user {status.Owner}; it must belong to the user of this process, {LibC.EffectiveUser()}.");
        }

        if ((status.Mode & OthersBits) != 0)
        {
            throw TsfErrors.UnprotectedMemory.With($"The directory {path} has mode {Convert.ToString(status.Mode & 0xFFF, 8)}; it must be 700.");
        }
    }
}
