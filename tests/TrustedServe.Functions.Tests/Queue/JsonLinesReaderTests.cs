using System.Text;
using CsCheck;
using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class JsonLinesReaderTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("\n", new[] { "" })]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\n\n", new[] { "a", "" })]
    [InlineData("a\r\nb\r\n", new[] { "a", "b" })]
    [InlineData("a\rb\n\r\n", new[] { "a\rb", "" })]
    [InlineData("\u00EF\u00BB\u00BFa\n\u00EF\u00BB\u00BFb", new[] { "a", "\u00EF\u00BB\u00BFb" })]
    public async Task Lines_are_cut_at_newlines(string text, string[] lines) => Assert.Equal(lines, await ReadAsync(Encoding.Latin1.GetBytes(text), 100, 7));

    [Theory]
    [InlineData("12345678\nx", new[] { "12345678", "x" })]
    [InlineData("123456789\nx", new[] { "<too long>", "x" })]
    [InlineData("12345678\r\nx", new[] { "12345678", "x" })]
    [InlineData("123456789\r\nx", new[] { "<too long>", "x" })]
    [InlineData("x\n123456789", new[] { "x", "<too long>" })]
    [InlineData("12345678901234567890123456789012345678901234567890", new[] { "<too long>" })]
    [InlineData("12345678901234567890123456789012345678901234567890\nx\n", new[] { "<too long>", "x" })]
    public async Task Line_over_the_limit_is_skipped_alone(string text, string[] lines)
    {
        for (var chunk = 1; chunk < 12; chunk++)
        {
            Assert.Equal(lines, await ReadAsync(Encoding.Latin1.GetBytes(text), 8, chunk));
        }
    }

    [Fact]
    public async Task Any_bytes_in_any_chunks_are_cut_as_a_split_would()
    {
        byte[] all = [(byte)'\n', (byte)'\r', (byte)'a', (byte)'b', 0xFF, 0xEF, 0xBB, 0xBF];
        var letters = Gen.Int[0, all.Length - 1].Select(letter => all[letter]);
        await Gen.Select(letters.Array[0, 60], Gen.Int[1, 20], Gen.Int[1, 20]).SampleAsync(async (bytes, limit, chunk) =>
            Assert.Equal(Model(bytes, limit), await ReadAsync(bytes, limit, chunk)));
    }

    [Fact]
    public async Task Long_lines_take_no_more_than_their_limit()
    {
        var reader = new JsonLinesReader(new Chunks(new byte[50 << 20], 1 << 20), 1 << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var line = await reader.ReadAsync(CancellationToken.None);

        Assert.True(line!.Value.TooLong);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    private static List<string> Model(byte[] bytes, int limit)
    {
        var text = Encoding.Latin1.GetString(bytes);
        if (text.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal))
        {
            text = text[3..];
        }

        var closed = text.EndsWith('\n');
        var parts = text == "" ? [] : text.Split('\n').ToList();
        if (closed)
        {
            parts.RemoveAt(parts.Count - 1);
        }

        return [.. parts.Select((part, i) => i < parts.Count - 1 || closed ? (part.EndsWith('\r') ? part[..^1] : part) : part).Select(part => part.Length > limit ? "<too long>" : part)];
    }

    private static async Task<List<string>> ReadAsync(byte[] bytes, int limit, int chunk)
    {
        var reader = new JsonLinesReader(new Chunks(bytes, chunk), limit);
        var lines = new List<string>();
        while (await reader.ReadAsync(CancellationToken.None) is { } line)
        {
            Assert.Equal(lines.Count + 1, line.Number);
            lines.Add(line.TooLong ? "<too long>" : Encoding.Latin1.GetString(line.Bytes.Span));
        }

        return lines;
    }

    private sealed class Chunks(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default) =>
            base.ReadAsync(destination[..Math.Min(chunk, destination.Length)], cancellationToken);
    }
}
