using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TrustedServe.Packaging.Digests;

/// <summary>
/// Computes leaves of a <see cref="TreeDigest"/>, many at once where that is faster, and a part at a time where there is other work
/// to be done in between; for one thread at a time.
/// </summary>
internal sealed unsafe class LeafHasher : IDisposable
{
    /// <summary>How many chunks are best handed over together.</summary>
    public const int ChunksAtOnce = Sha256Lanes.Count;

    /// <summary>How many where it is not worth while to compile the code for more.</summary>
    public const int FewChunksAtOnce = Sha256Lanes.GroupCount;

    // Hashing sixteen chunks at once takes as long as hashing six or seven one by one, thirty-two as long as nine.
    private const int MinAtOnce = 8;
    private const int MinInTwoGroups = Sha256Lanes.GroupCount + 4;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Sha256Lanes lanes = new();
    private readonly Queue<(nint Chunks, int Length, Memory<byte> Leaves)> waiting = new();
    private Memory<byte> leavesOfLanes;

    /// <summary>Takes chunks that follow one another, of which the last may be shorter.</summary>
    /// <param name="chunks">Outside of the managed heap, and there until <see cref="Finish"/>.</param>
    /// <param name="leaves">Receives 32 bytes for each chunk.</param>
    public void Add(ReadOnlySpan<byte> chunks, Memory<byte> leaves)
    {
        var next = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(chunks));
        for (var rest = chunks.Length; rest > 0;)
        {
            var whole = rest / TreeDigest.ChunkSize;
            var count = !Sha256Lanes.IsSupported || whole < MinAtOnce ? 1 : Math.Min(whole, whole < MinInTwoGroups ? Sha256Lanes.GroupCount : Sha256Lanes.Count);
            var length = Math.Min(rest, count * TreeDigest.ChunkSize);
            waiting.Enqueue((next, length, leaves[..(count * TreeDigest.LeafSize)]));
            leaves = leaves[(count * TreeDigest.LeafSize)..];
            next += length;
            rest -= length;
        }
    }

    /// <summary>Hashes about so many of the bytes that wait.</summary>
    public void Advance(int bytes)
    {
        while (bytes > 0 && (lanes.IsBusy || waiting.Count > 0))
        {
            bytes -= Step(bytes);
        }
    }

    /// <summary>Hashes all that wait.</summary>
    public void Finish()
    {
        while (lanes.IsBusy || waiting.Count > 0)
        {
            Step(int.MaxValue);
        }
    }

    public void Dispose() => hash.Dispose();

    private int Step(int bytes)
    {
        if (!lanes.IsBusy)
        {
            var (chunks, length, leaves) = waiting.Dequeue();
            if (length <= TreeDigest.ChunkSize)
            {
                hash.AppendData(TreeDigest.LeafPrefix);
                hash.AppendData(new ReadOnlySpan<byte>((byte*)chunks, length));
                hash.GetHashAndReset(leaves.Span);
                return length;
            }

            lanes.Begin(TreeDigest.LeafPrefix, new ReadOnlySpan<byte>((byte*)chunks, length), TreeDigest.ChunkSize);
            leavesOfLanes = leaves;
        }

        var done = lanes.Advance(bytes);
        if (lanes.IsAtEnd)
        {
            lanes.End(leavesOfLanes.Span);
        }

        return done;
    }
}
