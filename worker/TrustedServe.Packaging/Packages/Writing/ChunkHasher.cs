using System.Security.Cryptography;
using TrustedServe.Packaging.Digests;

namespace TrustedServe.Packaging.Packages.Writing;

/// <summary>One thread's hash over the chunk that it is writing, kept while the pieces come in order.</summary>
internal sealed class ChunkHasher : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] discarded = new byte[TreeDigest.LeafSize];
    private object? file;
    private long chunk;
    private int length;

    /// <summary>Room for a chunk that must be read back.</summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(TreeDigest.ChunkSize);

    /// <summary>Takes the next piece of a chunk; pieces of a chunk whose beginning another thread wrote are passed over.</summary>
    public void Append(object ofFile, long ofChunk, int inChunk, ReadOnlySpan<byte> piece)
    {
        if (inChunk == 0)
        {
            Begin();
            (file, chunk, length) = (ofFile, ofChunk, 0);
        }

        if (file == ofFile && chunk == ofChunk && length == inChunk)
        {
            hash.AppendData(piece);
            length += piece.Length;
        }
    }

    /// <summary>Writes the leaf when this thread saw the whole chunk in order.</summary>
    public bool TryFinish(object ofFile, long ofChunk, int chunkLength, Span<byte> leaf)
    {
        if (file != ofFile || chunk != ofChunk || length != chunkLength)
        {
            return false;
        }

        hash.GetHashAndReset(leaf);
        file = null;
        return true;
    }

    /// <summary>Writes the leaf of a chunk in hand; what was begun is dropped.</summary>
    public void Hash(ReadOnlySpan<byte> content, Span<byte> leaf)
    {
        Begin();
        hash.AppendData(content);
        hash.GetHashAndReset(leaf);
        file = null;
    }

    public void Dispose()
    {
        hash.Dispose();
        CryptographicOperations.ZeroMemory(Buffer);
    }

    private void Begin()
    {
        if (file is not null)
        {
            hash.GetHashAndReset(discarded);
        }

        TreeDigest.BeginLeaf(hash);
    }
}
