using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TrustedServe.Worker.Tokenizing;

/// <summary>
/// The pieces of a vocabulary by their UTF-8. Between two texts a model's weights go through the caches, so what a look-up costs is
/// the lines that it touches: the 16 bytes of a slot tell pieces of up to eight bytes apart by themselves.
/// </summary>
internal sealed class PieceTable
{
    /// <summary>How many bytes there must be behind a piece that is looked up.</summary>
    public const int Padding = sizeof(ulong);

    private const int LengthBits = 9;
    private const int LongestLength = (1 << LengthBits) - 1;
    private const int MostText = 1 << (32 - LengthBits);

    // 2^64 by the golden ratio: spreads neighbouring keys over the table (Knuth, The Art of Computer Programming, 6.4).
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;
    private readonly Slot[] slots;
    private readonly int shift;
    private readonly byte[] text;

    /// <summary>Takes pieces; of equal ones the last counts, as where vocabularies come from.</summary>
    /// <param name="pieces">UTF-8 of 1 to 511 bytes, whether it continues a word, and the id.</param>
    /// <exception cref="ArgumentException">They have more than 8 MiB.</exception>
    public PieceTable(IReadOnlyCollection<(byte[] Utf8, bool Continues, int Id)> pieces)
    {
        // At most half full, so that what is not there is known at once.
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)(2 * pieces.Count) + 1);
        (slots, shift) = (new Slot[1 << bits], 64 - bits);
        var total = pieces.Sum(static piece => (long)piece.Utf8.Length);
        text = total <= MostText ? new byte[total + Padding] : throw new ArgumentException("The pieces are longer than all vocabularies in use.");
        var end = 0;
        foreach (var (utf8, continues, id) in pieces)
        {
            utf8.CopyTo(text, end);
            LongestPiece = Math.Max(LongestPiece, utf8.Length);
            ref var slot = ref Find(text.AsSpan(end), utf8.Length, continues);
            slot = new Slot(Key(text.AsSpan(end), utf8.Length), id, end, utf8.Length, continues);
            end += utf8.Length;
        }
    }

    /// <summary>Bytes of the longest.</summary>
    public int LongestPiece { get; }

    /// <summary>The id of a piece.</summary>
    /// <param name="utf8">Begins with the piece; at least <see cref="Padding"/> bytes longer.</param>
    /// <param name="length">Its length in bytes, at least 1.</param>
    /// <param name="continues">Whether it continues a word.</param>
    /// <returns>Its id; -1 when there is none.</returns>
    public int IdOf(ReadOnlySpan<byte> utf8, int length, bool continues)
    {
        ref var slot = ref Find(utf8, length, continues);
        return slot.IsTaken ? slot.Id : -1;
    }

    /// <summary>Asks for the memory that a look-up of a piece that begins a word will need, and does not wait for it.</summary>
    /// <param name="utf8">Begins with the piece; at least <see cref="Padding"/> bytes longer.</param>
    /// <param name="length">Its length in bytes, at least 1.</param>
    public unsafe void Prefetch(ReadOnlySpan<byte> utf8, int length)
    {
        if (Sse.IsSupported)
        {
            // Nothing is read or written there, so it does no harm if the table is moved meanwhile.
            Sse.Prefetch0(Unsafe.AsPointer(ref slots[PlaceOf(Key(utf8, length), length, continues: false)]));
        }
    }

    // The piece's slot, or the free one where it would be.
    private ref Slot Find(ReadOnlySpan<byte> utf8, int length, bool continues)
    {
        var key = Key(utf8, length);
        for (var at = PlaceOf(key, length, continues); ; at = (at + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[at];
            if (!slot.IsTaken
                || (slot.Key == key && slot.Length == length && slot.Continues == continues
                    && (length <= sizeof(ulong) || text.AsSpan(slot.Start, length).SequenceEqual(utf8[..length]))))
            {
                return ref slot;
            }
        }
    }

    private int PlaceOf(ulong key, int length, bool continues) => (int)((key ^ (ulong)length ^ (continues ? Multiplier << 1 : 0)) * Multiplier >> shift);

    // The bytes themselves of a short piece, a digest of a longer one's.
    private static ulong Key(ReadOnlySpan<byte> utf8, int length)
    {
        var first = MemoryMarshal.Read<ulong>(utf8);
        if (length <= sizeof(ulong))
        {
            return first & (ulong.MaxValue >> (8 * (sizeof(ulong) - length)));
        }

        for (var at = sizeof(ulong); at < length; at += sizeof(ulong))
        {
            var next = MemoryMarshal.Read<ulong>(utf8[Math.Min(at, length - sizeof(ulong))..]);
            first = (ulong.RotateLeft(first, 29) ^ next) * Multiplier;
        }

        return first;
    }

    private readonly struct Slot(ulong key, int id, int start, int length, bool continues)
    {
        private readonly uint startAndLength = ((uint)start << LengthBits) | (uint)length;
        private readonly uint idAndKind = ((uint)id << 1) | (continues ? 1u : 0u);

        public ulong Key { get; } = key;

        public int Id => (int)(idAndKind >> 1);

        public bool Continues => (idAndKind & 1) != 0;

        public int Start => (int)(startAndLength >> LengthBits);

        // A free slot's is 0.
        public int Length => (int)(startAndLength & LongestLength);

        public bool IsTaken => Length > 0;
    }
}
