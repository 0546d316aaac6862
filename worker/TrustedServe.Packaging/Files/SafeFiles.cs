using Microsoft.Win32.SafeHandles;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Files;

/// <summary>Files with the failures that people meet turned into errors that say what to do.</summary>
internal static class SafeFiles
{
    /// <summary>Owner only, as everything that this project writes.</summary>
    public const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Owner only.</summary>
    public const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;

    private const int ErrnoNoSpace = 28;
    private const int ErrnoQuota = 122;

    public static SafeFileHandle OpenRead(string path) => Guard(path, () => File.OpenHandle(path, options: FileOptions.SequentialScan));

    /// <summary>Creates a file that was not there, of mode 0600, with its space set aside where the file system can.</summary>
    public static SafeFileHandle CreateNew(string path, long size)
    {
        var created = false;
        try
        {
            var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, size);
            created = true;
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(handle, OwnerOnlyFile);
            }

            return handle;
        }
        catch (IOException failure) when (!created && size > 0 && IsOutOfSpace(path, size))
        {
            // The framework removes the file again when it cannot set its space aside.
            throw TsfErrors.NoSpace.With($"There is no room for {size} bytes at {path}.", failure);
        }
        catch (Exception failure) when (Translate(failure, path) is { } translated)
        {
            throw translated;
        }
    }

    public static void ReadExactly(SafeFileHandle handle, Span<byte> buffer, long offset, string path)
    {
        while (!buffer.IsEmpty)
        {
            var at = offset;
            int read;
            try
            {
                read = RandomAccess.Read(handle, buffer, at);
            }
            catch (Exception failure) when (Translate(failure, path) is { } translated)
            {
                throw translated;
            }

            if (read == 0)
            {
                throw TsfErrors.WrongDigest.With($"{path} became shorter while it was being read.");
            }

            buffer = buffer[read..];
            offset += read;
        }
    }

    /// <summary>Reads a whole file that may not be longer than a limit.</summary>
    public static byte[] ReadBounded(string path, int limit, ErrorCode tooLong)
    {
        using var handle = OpenRead(path);
        var length = RandomAccess.GetLength(handle);
        if (length > limit)
        {
            throw tooLong.With($"{path} has {length} bytes; at most {limit} are allowed.");
        }

        var content = new byte[length];
        ReadExactly(handle, content, 0, path);
        return content;
    }

    public static void Write(SafeFileHandle handle, ReadOnlySpan<byte> content, long offset, string path)
    {
        try
        {
            RandomAccess.Write(handle, content, offset);
        }
        catch (Exception failure) when (Translate(failure, path) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Creates a directory of mode 0700 and those above it that are missing.</summary>
    public static void CreateDirectory(string path) => Guard(path, () => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path)
        : Directory.CreateDirectory(path, OwnerOnlyDirectory));

    /// <summary>Takes everybody's rights on a directory but the owner's.</summary>
    public static void MakePrivate(string directory) => Guard(directory, () =>
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, OwnerOnlyDirectory);
        }
    });

    /// <summary>Runs an operation on <paramref name="path"/> and translates its failures.</summary>
    public static T Guard<T>(string path, Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (Exception failure) when (Translate(failure, path) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Runs an operation on <paramref name="path"/> and translates its failures.</summary>
    public static void Guard(string path, Action operation) => Guard(path, () =>
    {
        operation();
        return true;
    });

    /// <summary>The error that a file system failure is, or null for other failures.</summary>
    public static TsfException? Translate(Exception failure, string path) => failure switch
    {
        IOException { HResult: ErrnoNoSpace or ErrnoQuota } => TsfErrors.NoSpace.With($"There is no space left at {path}.", failure),
        IOException or UnauthorizedAccessException => TsfErrors.FileUnreadable.With($"{path}: {failure.Message}", failure),
        _ => null,
    };

    /// <summary>Refuses when a volume has less than so many bytes free.</summary>
    public static void RequireSpace(string directory, long size)
    {
        var free = Guard(directory, () => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace);
        if (free < size)
        {
            throw TsfErrors.NoSpace.With($"{directory} has {free} bytes free; {size} are needed.");
        }
    }

    private static bool IsOutOfSpace(string path, long size) =>
        Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory && Directory.Exists(directory) && new DriveInfo(directory).AvailableFreeSpace < size;

    /// <summary>Removes a file if it is there; a failure to do so never hides the failure that led here.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    /// <summary>The same for a directory and all that is in it.</summary>
    public static void TryDeleteDirectory(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}
