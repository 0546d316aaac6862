namespace TrustedServe.Functions.Queue;

/// <summary>
/// Cuts a stream into lines (LF or CRLF) in bounded memory. A newline at the end closes the last line and begins no other; a
/// byte order mark at the start is skipped; a line over the limit is reported and skipped, and the next is read as usual.
/// </summary>
public sealed class JsonLinesReader(Stream source, int maxLineBytes = JsonLinesReader.DefaultMaxLineBytes)
{
    /// <summary>The longest line that is read unless told otherwise: 4 MiB.</summary>
    public const int DefaultMaxLineBytes = 4 << 20;

    private const int ChunkBytes = 64 << 10;

    private byte[] buffer = new byte[ChunkBytes];
    private int start;
    private int end;
    private bool ended;
    private long number;

    /// <summary>The next line, or null after the last. Its bytes are a copy that the caller keeps.</summary>
    public async ValueTask<JsonLine?> ReadAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        var tooLong = false;
        if (number == 0)
        {
            await SkipMarkAsync(cancellationToken);
        }

        while (true)
        {
            var newline = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                return Take(searched + newline, lineEnd: 1, tooLong);
            }

            searched = end - start;
            // One more byte than the limit may be a carriage return that does not count.
            if (searched > maxLineBytes + 1)
            {
                tooLong = true;
                start = end;
                searched = 0;
            }

            if (ended || !await FillAsync(cancellationToken))
            {
                return searched > 0 || tooLong ? Take(searched, lineEnd: 0, tooLong) : null;
            }
        }
    }

    private JsonLine Take(int length, int lineEnd, bool tooLong)
    {
        var line = buffer.AsSpan(start, length);
        start += length + lineEnd;
        if (lineEnd > 0 && line is [.., (byte)'\r'])
        {
            line = line[..^1];
        }

        tooLong |= line.Length > maxLineBytes;
        return new JsonLine(++number, tooLong ? default : line.ToArray(), tooLong);
    }

    private async ValueTask SkipMarkAsync(CancellationToken cancellationToken)
    {
        while (end - start < 3 && !ended && await FillAsync(cancellationToken))
        {
        }

        if (buffer.AsSpan(start, end - start) is [0xEF, 0xBB, 0xBF, ..])
        {
            start += 3;
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, maxLineBytes + ChunkBytes));
        }

        var read = await source.ReadAsync(buffer.AsMemory(end), cancellationToken);
        end += read;
        ended = read == 0;
        return !ended;
    }
}
