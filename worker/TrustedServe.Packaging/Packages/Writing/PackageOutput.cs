using System.Collections.Concurrent;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages.Writing;

/// <summary>The directory that a package is unsealed or extracted into. Disposed before <see cref="Complete"/>, it removes everything that it made.</summary>
internal sealed class PackageOutput : IDisposable
{
    private readonly string directory;
    private readonly bool directoryIsNew;
    private readonly ArchiveLayout layout;
    private readonly List<OutputFile> files = [];
    private bool complete;

    private PackageOutput(string directory, ArchiveLayout layout)
    {
        this.directory = directory;
        this.layout = layout;
        directoryIsNew = !Directory.Exists(directory);
    }

    public static PackageOutput Create(string directory, ArchiveLayout layout, byte[] manifest)
    {
        var output = new PackageOutput(directory, layout);
        output.RequireEmpty();
        try
        {
            output.CreateFiles(manifest);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Chunks that must be read back to be hashed; any writer takes them.</summary>
    public ConcurrentQueue<SplitChunk> SplitChunks { get; } = [];

    /// <summary>Puts plaintext where it belongs; safe from many threads.</summary>
    public void Write(long plaintextOffset, ReadOnlySpan<byte> plaintext) =>
        ForEachFile(plaintextOffset, plaintext, static (file, offset, content, _) => file.Write(offset, content), 0);

    /// <summary>Hands plaintext that was written to the hasher; safe from many threads, each with a hasher of its own.</summary>
    public void Hash(long plaintextOffset, ReadOnlySpan<byte> plaintext, LeafHasher hasher) =>
        ForEachFile(plaintextOffset, plaintext, static (file, offset, content, state) => file.Hash(offset, content, state.hasher, state.SplitChunks), (hasher, SplitChunks));

    /// <summary>Compares every digest; from here on the directory stays.</summary>
    public void Complete()
    {
        foreach (var file in files)
        {
            file.RequireDigest();
        }

        complete = true;
    }

    public void Dispose()
    {
        foreach (var file in files)
        {
            file.Dispose();
        }

        if (!complete)
        {
            RemoveAll();
        }
    }

    /// <summary>Splits plaintext along the files that it belongs to.</summary>
    private void ForEachFile<T>(long plaintextOffset, ReadOnlySpan<byte> plaintext, Action<OutputFile, long, ReadOnlySpan<byte>, T> action, T state)
    {
        for (var i = layout.FirstFileAfter(plaintextOffset); i < files.Count && !plaintext.IsEmpty; i++)
        {
            // What lies before the file is the manifest, which was read and checked already.
            var skip = (int)Math.Clamp(layout.Start(i) - plaintextOffset, 0, plaintext.Length);
            plaintext = plaintext[skip..];
            plaintextOffset += skip;
            var length = (int)Math.Min(plaintext.Length, layout.Start(i + 1) - plaintextOffset);
            if (length > 0)
            {
                action(files[i], plaintextOffset - layout.Start(i), plaintext[..length], state);
                plaintext = plaintext[length..];
                plaintextOffset += length;
            }
        }
    }

    private void RequireEmpty()
    {
        if (!directoryIsNew && SafeFiles.Guard(directory, () => Directory.EnumerateFileSystemEntries(directory).Any()))
        {
            throw TsfErrors.TargetNotEmpty.With($"{directory} is not empty.");
        }
    }

    private void CreateFiles(byte[] manifestBytes)
    {
        SafeFiles.CreateDirectory(directory);
        SafeFiles.MakePrivate(directory);

        // Told before anything is written. Space is not set aside: on a tmpfs that would touch every page twice.
        SafeFiles.RequireSpace(directory, layout.TotalSize);
        using (var manifest = SafeFiles.CreateNew(Path.Combine(directory, PackagePath.Manifest), manifestBytes.Length))
        {
            SafeFiles.Write(manifest, manifestBytes, 0, directory);
        }

        foreach (var entry in layout.Files)
        {
            var path = PackagePath.Under(directory, entry.Path);
            SafeFiles.CreateDirectory(Path.GetDirectoryName(path)!);
            files.Add(new OutputFile(path, entry));
        }
    }

    private void RemoveAll()
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        // The directory was empty before, so all that is in it now came from here.
        try
        {
            foreach (var child in Directory.EnumerateFileSystemEntries(directory))
            {
                if (Directory.Exists(child))
                {
                    Directory.Delete(child, recursive: true);
                }
                else
                {
                    File.Delete(child);
                }
            }

            if (directoryIsNew)
            {
                Directory.Delete(directory);
            }
        }
        catch (Exception failure) when (SafeFiles.Translate(failure, directory) is { } translated)
        {
            throw translated;
        }
    }
}
