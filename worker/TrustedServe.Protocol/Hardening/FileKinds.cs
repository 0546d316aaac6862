namespace TrustedServe.Protocol.Hardening;

/// <summary>What kind of file a path names, asked without opening it.</summary>
public static class FileKinds
{
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int Directory = 0x4000;

    /// <summary>Whether something is there (links followed) that is neither an ordinary file nor a directory: a pipe, socket or device.</summary>
    public static bool IsSpecial(string path) =>
        OperatingSystem.IsLinux()
        && LibC.Status(LibC.CurrentDirectory, path, flags: 0, LibC.StatxBasic, out var status) == 0
        && (status.Mode & TypeMask) is not (Regular or Directory);
}
