using System.Security.Cryptography;

namespace TrustedServe.Packaging.Digests;

/// <summary>Computes a <see cref="TreeDigest"/> of bytes that come in order.</summary>
public sealed class TreeHasher : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte[]> leaves = [];
    private int inChunk;

    /// <summary>Bytes that were appended.</summary>
    public long Size { get; private set; }

    /// <summary>Appends the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            if (inChunk == 0)
            {
                TreeDigest.BeginLeaf(hash);
            }

            var part = content[..Math.Min(content.Length, TreeDigest.ChunkSize - inChunk)];
            hash.AppendData(part);
            Size += part.Length;
            inChunk += part.Length;
            content = content[part.Length..];
            if (inChunk == TreeDigest.ChunkSize)
            {
                EndLeaf();
            }
        }
    }

    /// <summary>The digest of everything that was appended, as 64 lower-case hex digits; the hasher then starts anew.</summary>
    public string Finish()
    {
        if (inChunk > 0)
        {
            EndLeaf();
        }

        var digest = TreeDigest.Root(Size, leaves.SelectMany(leaf => leaf).ToArray());
        leaves.Clear();
        Size = 0;
        return digest;
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    private void EndLeaf()
    {
        leaves.Add(hash.GetHashAndReset());
        inChunk = 0;
    }
}
