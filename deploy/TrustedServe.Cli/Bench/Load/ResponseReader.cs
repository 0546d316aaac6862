using System.Buffers.Text;
using System.Text;

namespace TrustedServe.Cli.Bench.Load;

/// <summary>Reads HTTP/1.1 answers, one at a time: status, length or chunks, and nothing else. A server that floods is bounded.</summary>
internal sealed class ResponseReader(Stream stream)
{
    /// <summary>Longest head.</summary>
    public const int MaxHead = 16 << 10;

    /// <summary>Longest body.</summary>
    public const int MaxBody = 16 << 20;

    private byte[] buffer = new byte[MaxHead];
    private byte[] chunks = [];
    private int filled;

    /// <summary>Reads the next answer.</summary>
    /// <exception cref="InvalidDataException">It is not HTTP/1.1, or too large.</exception>
    /// <exception cref="IOException">The connection broke, or nothing came in time.</exception>
    public WireResponse Read()
    {
        filled = 0;
        var head = ReadHead();
        var (status, length, chunked, keepAlive) = ParseHead(buffer.AsSpan(0, head - 4));
        if (status is < 200 or 204 or 304)
        {
            return filled == head && status >= 200 ? new WireResponse(status, keepAlive, []) : throw new InvalidDataException($"status {status} with more behind it");
        }

        if (chunked)
        {
            return new WireResponse(status, keepAlive, ReadChunks(head));
        }

        if (length is < 0 or > MaxBody)
        {
            throw new InvalidDataException("an answer without a length, or too long");
        }

        FillTo(head + length);
        return filled == head + length
            ? new WireResponse(status, keepAlive, buffer.AsSpan(head, length))
            : throw new InvalidDataException("bytes behind the answer");
    }

    private int ReadHead()
    {
        for (var searched = 0; ;)
        {
            Fill();
            var end = buffer.AsSpan(searched, filled - searched).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return searched + end + 4;
            }

            searched = Math.Max(0, filled - 3);
            if (filled >= MaxHead)
            {
                throw new InvalidDataException("a head that does not end");
            }
        }
    }

    private static (int Status, int Length, bool Chunked, bool KeepAlive) ParseHead(ReadOnlySpan<byte> head)
    {
        var line = NextLine(ref head);
        if (line.Length < 12 || !line.StartsWith("HTTP/1.1 "u8) || !Number(line.Slice(9, 3), out var status) || status < 100 || (line.Length > 12 && line[12] != ' '))
        {
            throw new InvalidDataException("not an answer of HTTP/1.1");
        }

        var (length, chunked, keepAlive) = (-1, false, true);
        while (!head.IsEmpty)
        {
            line = NextLine(ref head);
            var colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                throw new InvalidDataException("a header without a name");
            }

            var name = line[..colon];
            var value = line[(colon + 1)..].Trim((byte)' ');
            if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
            {
                length = length < 0 && Number(value, out var number) ? number : throw new InvalidDataException("a length that is none");
            }
            else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            {
                chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8) ? true : throw new InvalidDataException("an unknown transfer encoding");
            }
            else if (Ascii.EqualsIgnoreCase(name, "connection"u8))
            {
                keepAlive &= !Ascii.EqualsIgnoreCase(value, "close"u8);
            }
        }

        return chunked && length >= 0 ? throw new InvalidDataException("a length beside chunks") : (status, length, chunked, keepAlive);
    }

    private ReadOnlySpan<byte> ReadChunks(int place)
    {
        for (var total = 0; ;)
        {
            var line = ReadLine(place);
            place += line + 2;
            var digits = buffer.AsSpan(place - line - 2, line);
            if (!Utf8Parser.TryParse(digits, out int size, out var used, 'x') || used == 0 || used != line || size < 0 || total > MaxBody - size)
            {
                throw new InvalidDataException("a chunk without a length, or too long");
            }

            FillTo(place + size + 2);
            if (!buffer.AsSpan(place + size, 2).SequenceEqual("\r\n"u8))
            {
                throw new InvalidDataException("a chunk that does not end");
            }

            if (size == 0)
            {
                return filled == place + 2 ? chunks.AsSpan(0, total) : throw new InvalidDataException("bytes behind the answer");
            }

            if (chunks.Length < total + size)
            {
                Array.Resize(ref chunks, Math.Max(total + size, 2 * chunks.Length));
            }

            buffer.AsSpan(place, size).CopyTo(chunks.AsSpan(total));
            (total, place) = (total + size, place + size + 2);

            // What was taken makes room, so that many chunks need no more than the largest.
            buffer.AsSpan(place, filled - place).CopyTo(buffer);
            (filled, place) = (filled - place, 0);
        }
    }

    /// <summary>The length of the line that begins at a place.</summary>
    private int ReadLine(int place)
    {
        const int MaxLine = 16;
        while (true)
        {
            var end = buffer.AsSpan(place, filled - place).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                return end;
            }

            if (filled - place > MaxLine)
            {
                throw new InvalidDataException("a chunk without a length");
            }

            Fill();
        }
    }

    private void FillTo(int end)
    {
        if (buffer.Length < end)
        {
            Array.Resize(ref buffer, Math.Max(end, Math.Min(2 * buffer.Length, MaxHead + MaxBody)));
        }

        while (filled < end)
        {
            Fill();
        }
    }

    private void Fill()
    {
        if (filled == buffer.Length)
        {
            Array.Resize(ref buffer, 2 * buffer.Length);
        }

        var read = stream.Read(buffer, filled, buffer.Length - filled);
        filled += read > 0 ? read : throw new IOException("The connection was closed in the middle of an answer.");
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf("\r\n"u8);
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 2)..];
        return line;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int number) =>
        Utf8Parser.TryParse(digits, out number, out var used) && used == digits.Length && number >= 0 && char.IsAsciiDigit((char)digits[0]);
}
