using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;

namespace TrustedServe.Packaging.Packages.Writing;

/// <summary>
/// One thread's hand on the output. Plaintext is made in its window and written where it belongs while it is still in the core's
/// cache. A full window is hashed, since many chunks at once are hashed much faster than one by one, while the next one is filled: a
/// file takes one writer at a time, and threads that do nothing but write for a while would wait for one another.
/// </summary>
internal sealed class OutputWriter(PackageOutput output, int capacity) : IDisposable
{
    private readonly LeafHasher hasher = new();
    private readonly byte[] splitLeaves = new byte[LeafHasher.ChunksAtOnce * TreeDigest.LeafSize];
    private readonly int capacity = Math.Max(capacity, TreeDigest.ChunkSize);

    // Made when they are needed: to zero one that was never used would touch all of it.
    private NativeBuffer? window;
    private NativeBuffer? fullWindow;
    private long start;
    private int filled;

    /// <summary>Room for plaintext that belongs at an offset; to be filled and then written.</summary>
    public Span<byte> Room(long plaintextOffset, int length)
    {
        if (plaintextOffset != start + filled || length > capacity - filled)
        {
            Hash();
            start = plaintextOffset;
        }

        window ??= new NativeBuffer(capacity);
        return window.Span.Slice(filled, length);
    }

    /// <summary>Writes the first bytes of the room.</summary>
    public void Write(int length)
    {
        output.Write(start + filled, window!.Span.Slice(filled, length));
        filled += length;
        hasher.Advance(length);
    }

    /// <summary>Hashes what is in the window, and every chunk that lies in no window as a whole and is complete by now.</summary>
    public void Finish()
    {
        Hash();
        hasher.Finish();
        while (HashSplitChunks())
        {
        }
    }

    public void Dispose()
    {
        window?.Dispose();
        fullWindow?.Dispose();
        hasher.Dispose();
    }

    /// <summary>Hands the window to the hasher and goes on in the other one.</summary>
    private void Hash()
    {
        hasher.Finish();
        if (output.SplitChunks.Count >= LeafHasher.ChunksAtOnce)
        {
            HashSplitChunks();
        }

        if (filled > 0)
        {
            output.Hash(start, window!.Span[..filled], hasher);
            (window, fullWindow) = (fullWindow, window);
            filled = 0;
        }
    }

    /// <summary>Reads back and hashes as many as the full window holds, which is hashed by now.</summary>
    /// <returns>Whether there were any.</returns>
    private bool HashSplitChunks()
    {
        var batch = new List<SplitChunk>(LeafHasher.ChunksAtOnce);
        var room = Math.Min(LeafHasher.ChunksAtOnce, capacity / TreeDigest.ChunkSize);
        while (batch.Count < room && output.SplitChunks.TryDequeue(out var chunk))
        {
            fullWindow ??= new NativeBuffer(capacity);
            chunk.File.ReadBack(chunk.Number, fullWindow.Span.Slice(batch.Count * TreeDigest.ChunkSize, chunk.Length));
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
        hasher.Add(fullWindow!.Span[..length], splitLeaves.AsMemory(0, batch.Count * TreeDigest.LeafSize));
        hasher.Finish();
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].File.SetLeaf(batch[i].Number, splitLeaves.AsSpan(i * TreeDigest.LeafSize, TreeDigest.LeafSize));
        }

        return true;
    }
}
