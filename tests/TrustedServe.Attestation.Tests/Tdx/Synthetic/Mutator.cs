namespace TrustedServe.Attestation.Tests.Tdx.Synthetic;

/// <summary>Spoils bytes in the ways that break parsers: bits, lengths, cuts, copies, and pieces of other inputs. The same seed gives the same bytes.</summary>
public sealed class Mutator(int seed, IReadOnlyList<byte[]> corpus)
{
    private static readonly byte[] Interesting = [0, 1, 2, 3, 4, 5, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x30, 0x06, 0x02, 0x22, 0x7b, 0x5b, 0x5c];

    private readonly Random random = new(seed);

    public byte[] Next()
    {
        var bytes = (byte[])corpus[random.Next(corpus.Count)].Clone();
        for (var edits = 1 + random.Next(4); edits > 0; edits--)
        {
            bytes = Edit(bytes);
        }

        return bytes;
    }

    private byte[] Edit(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return [Pick()];
        }

        var at = random.Next(bytes.Length);
        var length = random.Next(Math.Min(64, bytes.Length - at) + 1);
        switch (random.Next(10))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2:
                return [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]];
            case 3:
                var other = corpus[random.Next(corpus.Count)];
                var from = random.Next(other.Length);
                return [.. bytes[..at], .. other[from..]];
            case 4:
                return [.. bytes[..at], Pick(), .. bytes[at..]];
            case 5:
                var value = BitConverter.GetBytes(random.Next(4) == 0 ? uint.MaxValue - (uint)random.Next(16) : (uint)random.Next(bytes.Length * 2));
                value.AsSpan(0, Math.Min(4, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 6:
                bytes[at] = Pick();
                return bytes;
            case 7:
                random.NextBytes(bytes.AsSpan(at, length));
                return bytes;
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    private byte Pick() => Interesting[random.Next(Interesting.Length)];
}
