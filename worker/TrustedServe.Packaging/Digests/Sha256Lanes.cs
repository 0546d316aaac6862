using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrustedServe.Packaging.Digests;

/// <summary>
/// SHA-256 (FIPS 180-4) of many messages of one length at once, a word of each in every 512-bit register. One message alone
/// is bound by the latency of the SHA instructions; sixteen together are hashed more than twice as fast, and thirty-two more than
/// three times. A fault here could only refuse a package: what is compared with is written by a publisher, and every digest is
/// checked against the platform's by test. They can be hashed a part at a time, between other work; for one thread at a time.
/// </summary>
internal sealed unsafe class Sha256Lanes
{
    /// <summary>How many messages are hashed at once at most.</summary>
    public const int Count = 2 * GroupCount;

    /// <summary>How many fill one group of registers; a second group takes half as long again.</summary>
    public const int GroupCount = Sha256Compression.LanesPerGroup;

    /// <summary>Bytes of the prefix.</summary>
    public const int PrefixSize = 8;

    private const int BlockSize = Sha256Compression.BlockSize;
    private const int DigestWords = Sha256Compression.DigestWords;

    private readonly Vector512<uint>[] state = new Vector512<uint>[Count / GroupCount * DigestWords];
    private readonly int[] offsets = new int[Count];
    private byte* messages;
    private int count;
    private int size;
    private int position;

    /// <summary>Whether this processor has the registers.</summary>
    public static bool IsSupported => Avx512BW.IsSupported;

    private static ReadOnlySpan<uint> InitialState =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>Whether messages were begun and not ended.</summary>
    public bool IsBusy => count > 0;

    private int Lanes => count > GroupCount ? Count : GroupCount;

    private Span<Vector512<uint>> State => state.AsSpan(0, Lanes / GroupCount * DigestWords);

    /// <summary>Begins to hash <c>prefix ‖ message</c> for messages that follow one another.</summary>
    /// <param name="prefix">Eight bytes that stand before each message.</param>
    /// <param name="allMessages">One to thirty-two messages, outside of the managed heap, and there until <see cref="End"/>.</param>
    /// <param name="messageSize">The size of each, a multiple of 64.</param>
    public void Begin(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> allMessages, int messageSize)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(prefix.Length, PrefixSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(messageSize, BlockSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(messageSize % BlockSize, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(allMessages.Length % messageSize, 0);
        ArgumentOutOfRangeException.ThrowIfZero(allMessages.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(allMessages.Length / messageSize, Count);
        messages = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(allMessages));
        (count, size) = (allMessages.Length / messageSize, messageSize);
        for (var i = 0; i < State.Length; i++)
        {
            state[i] = Vector512.Create(InitialState[i % DigestWords]);
        }

        // Lanes without a message repeat the last one.
        for (var lane = 0; lane < Lanes; lane++)
        {
            offsets[lane] = Math.Min(lane, count - 1) * size;
        }

        // The prefix shifts every block by eight bytes: the first and the last one are put together, those between lie in the message.
        Span<byte> edges = stackalloc byte[Lanes * BlockSize];
        for (var lane = 0; lane < Lanes; lane++)
        {
            prefix.CopyTo(edges[(lane * BlockSize)..]);
            Message(lane)[..(BlockSize - PrefixSize)].CopyTo(edges[((lane * BlockSize) + PrefixSize)..]);
        }

        CompressEdges(edges);
        position = BlockSize - PrefixSize;
    }

    /// <summary>Whether nothing but the end is left.</summary>
    public bool IsAtEnd => size - position < BlockSize;

    /// <summary>Hashes the next part of every message.</summary>
    /// <param name="bytes">How many bytes of all messages together, about.</param>
    /// <returns>How many there were.</returns>
    public int Advance(int bytes)
    {
        var blocks = Math.Min((bytes / count / BlockSize) + 1, (size - position) / BlockSize);
        Sha256Compression.Compress(State, new ReadOnlySpan<byte>(messages, count * size), offsets.AsSpan(0, Lanes), position, blocks);
        position += blocks * BlockSize;
        return blocks * BlockSize * count;
    }

    /// <summary>Hashes what is left and writes the digests, 32 bytes for each message.</summary>
    public void End(Span<byte> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digests.Length, count * DigestWords * sizeof(uint));
        Advance(count * size);
        Span<byte> edges = stackalloc byte[Lanes * BlockSize];
        edges.Clear();
        for (var lane = 0; lane < Lanes; lane++)
        {
            var edge = edges.Slice(lane * BlockSize, BlockSize);
            Message(lane)[^PrefixSize..].CopyTo(edge);
            edge[PrefixSize] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(edge[^sizeof(ulong)..], ((ulong)size + PrefixSize) * 8);
        }

        CompressEdges(edges);
        for (var lane = 0; lane < count; lane++)
        {
            var words = State.Slice(lane / GroupCount * DigestWords, DigestWords);
            for (var i = 0; i < DigestWords; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(digests[(((lane * DigestWords) + i) * sizeof(uint))..], words[i][lane % GroupCount]);
            }
        }

        count = 0;
    }

    private ReadOnlySpan<byte> Message(int lane) => new(messages + offsets[lane], size);

    /// <summary>One block of every message, which is cleared then.</summary>
    private void CompressEdges(Span<byte> edges)
    {
        Span<int> edgeOffsets = stackalloc int[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            edgeOffsets[lane] = lane * BlockSize;
        }

        Sha256Compression.Compress(State, edges, edgeOffsets, 0, 1);
        edges.Clear();
    }
}
