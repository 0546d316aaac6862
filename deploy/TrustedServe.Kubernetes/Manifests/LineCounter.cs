namespace TrustedServe.Kubernetes.Manifests;

/// <summary>Line and column of places in a text of UTF-8 that are asked for in their order.</summary>
internal sealed class LineCounter(byte[] text)
{
    private long at;
    private int line = 1;
    private int column = 1;

    /// <summary>The place of a byte; at or behind the last one asked for.</summary>
    public (int Line, int Column) At(long offset)
    {
        for (; at < offset; at++)
        {
            if (text[at] == (byte)'\n')
            {
                (line, column) = (line + 1, 1);
            }
            else if ((text[at] & 0xC0) != 0x80)
            {
                column++; // a character's first byte
            }
        }

        return (line, column);
    }
}
