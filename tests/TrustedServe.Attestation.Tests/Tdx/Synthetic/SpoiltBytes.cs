using System.Buffers.Binary;
using CsCheck;

namespace TrustedServe.Attestation.Tests.Tdx.Synthetic;

/// <summary>
/// Inputs that are nearly right: a member of a corpus after one to four edits, each of a kind that breaks parsers. Where an edit
/// acts is a fraction of the length, so that one case shrinks to fewer and shorter edits near the beginning.
/// </summary>
internal static class SpoiltBytes
{
    /// <summary>No edit lets an input grow past this.</summary>
    private const int LongestInput = 256 << 10;

    private const int PlaceBits = 20;

    private static readonly byte[] Telling = [0, 1, 2, 3, 4, 5, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x30, 0x06, 0x02, 0x22, 0x7b, 0x5b, 0x5c];

    private static readonly Gen<int> Place = Gen.Int[0, (1 << PlaceBits) - 1];

    private static readonly Gen<byte> TellingByte = Gen.OneOf(Telling);

    /// <summary>What counters and lengths are set to: small, about right, next to the ends of 8, 16 and 32 bits.</summary>
    private static readonly Gen<uint> Number = Gen.OneOf(
        Gen.UInt[0, 16],
        Gen.UInt[0, 1 << 17],
        Gen.UInt[0, 32].Select(below => uint.MaxValue - below),
        Gen.OneOf<uint>(0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000));

    /// <summary>Spoilt members of a corpus.</summary>
    public static Gen<byte[]> Of(IReadOnlyList<byte[]> corpus) =>
        Gen.Select(Gen.Int[0, corpus.Count - 1], Edit(corpus).Array[1, 4], (member, edits) => edits.Aggregate(corpus[member], (bytes, edit) => edit(bytes)));

    private static Gen<Func<byte[], byte[]>> Edit(IReadOnlyList<byte[]> corpus) => Gen.Frequency(
        (4, Gen.Select(Place, Gen.Int[0, 7], (place, bit) => Overwrite(place, old => [(byte)(old ^ (1 << bit))]))),
        (2, Gen.Select(Place, TellingByte, (place, value) => Overwrite(place, _ => [value]))),
        (1, Gen.Select(Place, Gen.Byte.Array[1, 64], (place, noise) => Overwrite(place, _ => noise))),
        (2, Gen.Select(Place, Number, Gen.Int[1, 4], Gen.Bool, (place, number, width, little) => Overwrite(place, _ => Encode(number, width, little)))),
        (1, Place.Select(place => (Func<byte[], byte[]>)(bytes => bytes[..At(bytes, place)]))),
        (1, Gen.Select(Place, Gen.Int[1, 64], (place, length) => Replace(place, length, _ => []))),
        (1, Gen.Select(Place, TellingByte.Array[1, 8], (place, extra) => Replace(place, 0, _ => extra))),
        (1, Gen.Select(Place, Gen.Int[1, 256], Gen.Int[2, 3], (place, length, times) => Replace(place, length, piece => Repeat(piece, times)))),

        // Deep nesting and long lists: a short piece, very often.
        (1, Gen.Select(Place, Gen.Int[1, 4], Gen.Int[2, 4096], (place, length, times) => Replace(place, length, piece => Repeat(piece, times)))),
        (1, Gen.Select(Place, Gen.OneOf("9", "-0.0", "1e400", "\"\"", "null", "[]", "{}"), (place, value) => Token(place, System.Text.Encoding.ASCII.GetBytes(value)))),
        (1, Gen.Select(Place, Place, Gen.Int[1, 256], Move)),
        (1, Gen.Select(Gen.Int[0, corpus.Count - 1], Place, Place, (member, place, from) => Splice(corpus[member], place, from))));

    private static int At(byte[] bytes, int place) => (int)(((long)bytes.Length * place) >> PlaceBits);

    private static Func<byte[], byte[]> Overwrite(int place, Func<byte, byte[]> make) => bytes =>
    {
        if (bytes.Length == 0)
        {
            return make(0);
        }

        var (changed, at) = ((byte[])bytes.Clone(), At(bytes, place));
        var made = make(bytes[at]);
        made.AsSpan(0, Math.Min(made.Length, bytes.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    };

    private static Func<byte[], byte[]> Replace(int place, int length, Func<byte[], byte[]> make) => bytes =>
    {
        var at = At(bytes, place);
        var end = Math.Min(bytes.Length, at + length);
        var made = make(bytes[at..end]);
        return bytes.Length + made.Length > LongestInput ? bytes : [.. bytes.AsSpan(0, at), .. made, .. bytes.AsSpan(end)];
    };

    /// <summary>Text: another value in place of the one around a place, from one delimiter to the next.</summary>
    private static Func<byte[], byte[]> Token(int place, byte[] value) => bytes =>
    {
        var at = At(bytes, place);
        var start = bytes.AsSpan(0, at).LastIndexOfAny(":,["u8) + 1;
        var end = bytes.AsSpan(at).IndexOfAny(",]}"u8);
        return end < 0 ? bytes : [.. bytes.AsSpan(0, start), .. value, .. bytes.AsSpan(at + end)];
    };

    private static Func<byte[], byte[]> Move(int from, int to, int length) => bytes =>
    {
        var at = At(bytes, from);
        var piece = bytes[at..Math.Min(bytes.Length, at + length)];
        return Replace(to, 0, _ => piece)(Replace(from, length, _ => [])(bytes));
    };

    private static Func<byte[], byte[]> Splice(byte[] other, int place, int from) => bytes => [.. bytes.AsSpan(0, At(bytes, place)), .. other.AsSpan(At(other, from))];

    private static byte[] Repeat(byte[] piece, int times)
    {
        var made = new byte[Math.Min(piece.Length * times, LongestInput)];
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = piece[i % piece.Length];
        }

        return made;
    }

    private static byte[] Encode(uint number, int width, bool little)
    {
        var bytes = new byte[4];
        if (little)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
            return bytes[..width];
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes[^width..];
    }
}
