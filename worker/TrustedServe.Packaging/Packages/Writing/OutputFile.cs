using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages.Writing;

/// <summary>
/// One file that is being unsealed by many threads. A chunk that a thread has in hand as a whole is hashed from there; one that
/// was written in parts is read back when its last part is there.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string path;
    private readonly FileEntry entry;
    private readonly SafeFileHandle handle;
    private readonly byte[] leaves;
    private readonly int[] written;

    public OutputFile(string path, FileEntry entry)
    {
        this.path = path;
        this.entry = entry;
        var chunks = checked((int)TreeDigest.ChunkCount(entry.Size));
        leaves = new byte[checked(chunks * TreeDigest.LeafSize)];
        written = new int[chunks];
        handle = SafeFiles.CreateNew(path, size: 0);
    }

    public void Write(long offset, ReadOnlySpan<byte> content) => SafeFiles.Write(handle, content, offset, path);

    /// <summary>Hands the chunks that lie in written content as a whole to the hasher.</summary>
    /// <param name="offset">Where the content begins in the file.</param>
    /// <param name="content">What was written there.</param>
    /// <param name="hasher">The thread's own.</param>
    /// <param name="splitChunks">Receives the chunks that are complete with this content, but began or end outside of it.</param>
    public void Hash(long offset, ReadOnlySpan<byte> content, LeafHasher hasher, ConcurrentQueue<SplitChunk> splitChunks)
    {
        if (offset % TreeDigest.ChunkSize is var inChunk and > 0)
        {
            var head = content[..(int)Math.Min(content.Length, TreeDigest.ChunkSize - inChunk)];
            Count(offset / TreeDigest.ChunkSize, head.Length, splitChunks);
            content = content[head.Length..];
            offset += head.Length;
        }

        var first = offset / TreeDigest.ChunkSize;
        var tail = offset + content.Length == entry.Size ? 0 : content.Length % TreeDigest.ChunkSize;
        var whole = content[..^tail];
        var chunks = (int)TreeDigest.ChunkCount(whole.Length);
        hasher.Add(whole, leaves.AsMemory((int)first * TreeDigest.LeafSize, chunks * TreeDigest.LeafSize));
        if (tail > 0)
        {
            Count(first + chunks, tail, splitChunks);
        }
    }

    public void ReadBack(long chunk, Span<byte> content) => SafeFiles.ReadExactly(handle, content, chunk * TreeDigest.ChunkSize, path);

    public void SetLeaf(long chunk, ReadOnlySpan<byte> leaf) => leaf.CopyTo(leaves.AsSpan((int)chunk * TreeDigest.LeafSize));

    public void RequireDigest()
    {
        var digest = TreeDigest.Root(entry.Size, leaves);
        if (digest != entry.Digest)
        {
            throw TsfErrors.WrongDigest.With($"The file '{entry.Path}' has the digest {digest}, the manifest says {entry.Digest}.");
        }
    }

    public void Dispose() => handle.Dispose();

    private void Count(long chunk, int length, ConcurrentQueue<SplitChunk> splitChunks)
    {
        var all = (int)Math.Min(TreeDigest.ChunkSize, entry.Size - (chunk * TreeDigest.ChunkSize));
        if (Interlocked.Add(ref written[chunk], length) == all)
        {
            splitChunks.Enqueue(new SplitChunk(this, chunk, all));
        }
    }
}
