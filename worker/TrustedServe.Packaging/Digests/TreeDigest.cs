using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Packaging.Digests;

/// <summary>
/// SHA-256 tree over chunks of 1 MiB, so that all cores work on one file and segments can be checked in any order:
/// <c>leaf = SHA-256("TSLEAF01" ‖ chunk)</c>, <c>digest = SHA-256("TSROOT01" ‖ size as uint64 little-endian ‖ leaves in order)</c>.
/// The prefixes keep a leaf from passing for a root; the size keeps a cut file from passing for a whole one. An empty file has no leaves.
/// </summary>
public static class TreeDigest
{
    /// <summary>Bytes of a chunk; the last may be shorter.</summary>
    public const int ChunkSize = 1 << 20;

    internal const int LeafSize = SHA256.HashSizeInBytes;

    internal static ReadOnlySpan<byte> LeafPrefix => "TSLEAF01"u8;

    private static ReadOnlySpan<byte> RootPrefix => "TSROOT01"u8;

    /// <summary>The number of chunks of a file.</summary>
    internal static long ChunkCount(long size) => (size + ChunkSize - 1) / ChunkSize;

    /// <summary>Starts a leaf.</summary>
    internal static void BeginLeaf(IncrementalHash hash) => hash.AppendData(LeafPrefix);

    /// <summary>The digest as 64 lower-case hex digits.</summary>
    internal static string Root(long size, ReadOnlySpan<byte> leaves)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, size);
        hash.AppendData(RootPrefix);
        hash.AppendData(length);
        hash.AppendData(leaves);
        Span<byte> root = stackalloc byte[LeafSize];
        hash.GetHashAndReset(root);
        return Hex.Write(root);
    }

    /// <summary>The digest of bytes in memory.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        using var hasher = new TreeHasher();
        hasher.Append(content);
        return hasher.Finish();
    }

    /// <summary>The digest of a file, computed on <paramref name="threads"/> threads.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF0008 when the file cannot be read, TSF1013 when it changes meanwhile.</exception>
    public static (long Size, string Digest) OfFile(string path, int threads, CancellationToken cancellationToken)
    {
        using var handle = SafeFiles.OpenRead(path);
        var size = RandomAccess.GetLength(handle);
        return (size, OfRange(handle, path, 0, size, threads, cancellationToken));
    }

    /// <summary>The digest of a part of a file.</summary>
    internal static string OfRange(SafeFileHandle handle, string path, long offset, long size, int threads, CancellationToken cancellationToken)
    {
        var chunks = ChunkCount(size);
        var leaves = new byte[checked((int)(chunks * LeafSize))];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        var chunksAtOnce = Math.Clamp((chunks + threads - 1) / threads, 1, LeafHasher.ChunksAtOnce);
        try
        {
            Parallel.For(
                0L,
                (chunks + chunksAtOnce - 1) / chunksAtOnce,
                options,
                () => (Buffer: new NativeBuffer((int)chunksAtOnce * ChunkSize), Hasher: new LeafHasher()),
                (group, _, local) =>
                {
                    var first = group * chunksAtOnce;
                    var part = local.Buffer.Span[..(int)Math.Min(local.Buffer.Length, size - (first * ChunkSize))];
                    SafeFiles.ReadExactly(handle, part, offset + (first * ChunkSize), path);
                    local.Hasher.Add(part, leaves.AsMemory((int)first * LeafSize, (int)ChunkCount(part.Length) * LeafSize));
                    local.Hasher.Finish();
                    return local;
                },
                local =>
                {
                    local.Buffer.Dispose();
                    local.Hasher.Dispose();
                });
        }
        catch (AggregateException failures) when (failures.InnerException is Protocol.Errors.TsfException failure)
        {
            throw failure;
        }

        return Root(size, leaves);
    }
}
