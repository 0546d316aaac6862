using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;

namespace TrustedServe.Packaging.Packages.Writing;

/// <summary>
/// One thread's hand on the output. Plaintext is made in its window, written where it belongs while it is still in the core's
/// cache, and hashed when the window is full: so many chunks at once are hashed much faster than one by one.
/// </summary>
internal sealed class OutputWriter(PackageOutput output, int capacity) : IDisposable
{
    private readonly NativeBuffer window = new(Math.Max(capacity, TreeDigest.ChunkSize));
    private readonly LeafHasher hasher = new();
    private long start;
    private int filled;

    /// <summary>Room for plaintext that belongs at an offset; to be filled and then written.</summary>
    public Span<byte> Room(long plaintextOffset, int length)
    {
        if (plaintextOffset != start + filled || length > window.Length - filled)
        {
            Hash();
            start = plaintextOffset;
        }

        return window.Span.Slice(filled, length);
    }

    /// <summary>Writes the first bytes of the room.</summary>
    public void Write(int length)
    {
        output.Write(start + filled, window.Span.Slice(filled, length));
        filled += length;
    }

    /// <summary>Hashes what is in the window, and every chunk that lies in no window as a whole and is complete by now.</summary>
    public void Finish()
    {
        Hash();
        while (HashSplitChunks())
        {
        }
    }

    public void Dispose()
    {
        window.Dispose();
        hasher.Dispose();
    }

    private void Hash()
    {
        output.Hash(start, window.Span[..filled], hasher);
        filled = 0;
        if (output.SplitChunks.Count >= LeafHasher.ChunksAtOnce)
        {
            HashSplitChunks();
        }
    }

    /// <summary>Reads back and hashes as many as the window holds.</summary>
    /// <returns>Whether there were any.</returns>
    private bool HashSplitChunks()
    {
        Span<byte> leaves = stackalloc byte[LeafHasher.ChunksAtOnce * TreeDigest.LeafSize];
        var batch = new List<SplitChunk>(LeafHasher.ChunksAtOnce);
        var room = Math.Min(LeafHasher.ChunksAtOnce, window.Length / TreeDigest.ChunkSize);
        while (batch.Count < room && output.SplitChunks.TryDequeue(out var chunk))
        {
            chunk.File.ReadBack(chunk.Number, window.Span.Slice(batch.Count * TreeDigest.ChunkSize, chunk.Length));
            batch.Add(chunk);
            if (chunk.Length < TreeDigest.ChunkSize)
            {
                // Only the last one may be short.
                break;
            }
        }

        if (batch.Count == 0)
        {
            return false;
        }

        var length = ((batch.Count - 1) * TreeDigest.ChunkSize) + batch[^1].Length;
        hasher.Hash(window.Span[..length], leaves[..(batch.Count * TreeDigest.LeafSize)]);
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].File.SetLeaf(batch[i].Number, leaves.Slice(i * TreeDigest.LeafSize, TreeDigest.LeafSize));
        }

        return true;
    }
}
