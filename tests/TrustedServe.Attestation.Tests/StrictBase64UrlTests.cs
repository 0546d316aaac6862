using CsCheck;
using TrustedServe.Attestation.Jose;

namespace TrustedServe.Attestation.Tests;

public sealed class StrictBase64UrlTests
{
    [Fact]
    public void Any_bytes_come_back() => Gen.Byte.Array[0, 200].Sample(bytes =>
        StrictBase64Url.TryDecode(StrictBase64Url.Encode(bytes), 200, out var decoded) && decoded.AsSpan().SequenceEqual(bytes));

    [Fact]
    public void Every_text_that_is_read_is_the_only_spelling_of_its_bytes() => Gen.Char["ABab01-_+/= \n"].Array[0, 12].Sample(characters =>
    {
        var text = new string(characters);
        return !StrictBase64Url.TryDecode(text, 100, out var decoded) || StrictBase64Url.Encode(decoded) == text;
    });

    [Theory]
    [InlineData("AA", 1, true)]
    [InlineData("AB", 1, false)]
    [InlineData("AAAA", 3, true)]
    [InlineData("AAAA", 2, false)]
    [InlineData("AAAAA", 10, false)]
    [InlineData("AA==", 10, false)]
    [InlineData("A A", 10, false)]
    [InlineData("+/AA", 10, false)]
    [InlineData("", 0, true)]
    [InlineData(null, 10, false)]
    public void Reads_canonical_spellings_within_the_limit(string? text, int limit, bool expected) =>
        Assert.Equal(expected, StrictBase64Url.TryDecode(text, limit, out _));
}
