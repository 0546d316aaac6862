using System.Security.Cryptography;

namespace TrustedServe.Packaging.Digests;

/// <summary>Computes leaves of a <see cref="TreeDigest"/>, many at once where that is faster; for one thread at a time.</summary>
internal sealed class LeafHasher : IDisposable
{
    /// <summary>How many chunks are best handed over together.</summary>
    public const int ChunksAtOnce = Sha256Lanes.Count;

    // Hashing sixteen chunks at once takes as long as hashing seven one by one.
    private const int MinAtOnce = 8;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Writes the leaves of chunks that follow one another; the last may be shorter than the others.</summary>
    public void Hash(ReadOnlySpan<byte> chunks, Span<byte> leaves)
    {
        for (var whole = chunks.Length / TreeDigest.ChunkSize; Sha256Lanes.IsSupported && whole >= MinAtOnce; whole = chunks.Length / TreeDigest.ChunkSize)
        {
            var count = Math.Min(whole, ChunksAtOnce);
            Sha256Lanes.Hash(TreeDigest.LeafPrefix, chunks[..(count * TreeDigest.ChunkSize)], TreeDigest.ChunkSize, leaves[..(count * TreeDigest.LeafSize)]);
            chunks = chunks[(count * TreeDigest.ChunkSize)..];
            leaves = leaves[(count * TreeDigest.LeafSize)..];
        }

        while (!chunks.IsEmpty)
        {
            var length = Math.Min(chunks.Length, TreeDigest.ChunkSize);
            hash.AppendData(TreeDigest.LeafPrefix);
            hash.AppendData(chunks[..length]);
            hash.GetHashAndReset(leaves[..TreeDigest.LeafSize]);
            chunks = chunks[length..];
            leaves = leaves[TreeDigest.LeafSize..];
        }
    }

    public void Dispose() => hash.Dispose();
}
