using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages.Writing;

/// <summary>
/// One file that is being unsealed by many threads. Each of its chunks is hashed by the thread that writes its last byte:
/// from the bytes in hand when the same thread wrote all of it, otherwise by reading it back.
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

    public void Write(long offset, ReadOnlySpan<byte> content, ChunkHasher hasher)
    {
        SafeFiles.Write(handle, content, offset, path);
        while (!content.IsEmpty)
        {
            var chunk = offset / TreeDigest.ChunkSize;
            var inChunk = (int)(offset % TreeDigest.ChunkSize);
            var length = Math.Min(content.Length, TreeDigest.ChunkSize - inChunk);
            hasher.Append(this, chunk, inChunk, content[..length]);
            if (Interlocked.Add(ref written[chunk], length) == ChunkLength(chunk))
            {
                FinishLeaf(chunk, hasher);
            }

            content = content[length..];
            offset += length;
        }
    }

    public void RequireDigest()
    {
        var digest = TreeDigest.Root(entry.Size, leaves);
        if (digest != entry.Digest)
        {
            throw TsfErrors.WrongDigest.With($"The file '{entry.Path}' has the digest {digest}, the manifest says {entry.Digest}.");
        }
    }

    public void Dispose() => handle.Dispose();

    private int ChunkLength(long chunk) => (int)Math.Min(TreeDigest.ChunkSize, entry.Size - (chunk * TreeDigest.ChunkSize));

    private void FinishLeaf(long chunk, ChunkHasher hasher)
    {
        var leaf = leaves.AsSpan((int)chunk * TreeDigest.LeafSize, TreeDigest.LeafSize);
        var length = ChunkLength(chunk);
        if (!hasher.TryFinish(this, chunk, length, leaf))
        {
            var content = hasher.Buffer.AsSpan(0, length);
            SafeFiles.ReadExactly(handle, content, chunk * TreeDigest.ChunkSize, path);
            hasher.Hash(content, leaf);
        }
    }
}
