using System.Text;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Tasks;

public sealed class TextEncoderTests
{
    private static readonly TextEncoder Refusing = TextEncoder.Create(SampleModels.Langid, SampleModels.LangidManifest());
    private static readonly TextEncoder Cutting = TextEncoder.Create(SampleModels.Langid, SampleModels.LangidManifest(truncate: true));

    [Fact]
    public void EveryHeldoutRow_HasTheExpectedIds() =>
        Assert.All(SampleModels.LangidRows(), row => Assert.Equal(row.Ids, Encode(Refusing, row.Text, out _)));

    [Fact]
    public void LongestText_Fits_AndOneTokenMoreDoesNot()
    {
        Assert.Equal(128, Encode(Refusing, Words(126), out _).Length);
        var refused = Assert.Throws<TsfException>(() => Encode(Refusing, Words(127), out _));
        Assert.Equal(TsfErrors.InputTooLong, refused.Error);
        Assert.Contains("129 tokens", refused.Message, StringComparison.Ordinal);
        Assert.Contains("at most 128", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncating_CutsToTheLimit_AndSaysSo()
    {
        var cut = Encode(Cutting, Words(500), out var truncated);
        Assert.True(truncated);
        Assert.Equal(Encode(Cutting, Words(126), out truncated), cut);
        Assert.False(truncated);
    }

    [Fact]
    public void Truncating_InTheMiddleOfAWord_CutsThere_AndSaysSo()
    {
        var word = Encode(Refusing, Letters, out _)[1..^1];
        Assert.True(word.Length > 2);
        var cut = Encode(Cutting, $"{Words(125)} {Letters}", out var truncated);
        Assert.True(truncated);
        Assert.Equal([.. Encode(Refusing, Words(125), out _)[..^1], word[0], 3], cut);
    }

    [Fact]
    public void Word_OfMorePiecesThanTheLimit_IsRefused()
    {
        var encoder = TextEncoder.Create(SampleModels.Langid, SampleModels.LangidManifest() with { MaxSequence = 4 });
        var refused = Assert.Throws<TsfException>(() => Encode(encoder, Letters, out _));
        Assert.Equal(TsfErrors.InputTooLong, refused.Error);
        Assert.Contains("at most 4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncating_AtTheByteLimit_DoesNotSplitACharacter()
    {
        // Two bytes each, shifted by one: the byte limit falls inside a character.
        var text = "a" + new string('ä', Cutting.MaxBytes);
        Encode(Cutting, text, out var truncated);
        Assert.True(truncated);
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("!")]
    [InlineData("a ")]
    [InlineData("[SEP]")]
    [InlineData("中")]
    [InlineData("\u0301")]
    [InlineData("😀")]
    public void OneMegabyte_IsRefusedOrCut(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, (1 << 20) / Encoding.UTF8.GetByteCount(unit)));
        Assert.Equal(TsfErrors.InputTooLong, Assert.Throws<TsfException>(() => Encode(Refusing, text, out _)).Error);
        Assert.InRange(Encode(Cutting, text, out var truncated).Length, 2, 128);
        Assert.True(truncated);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public void Rejects_WhatIsNotUtf8(byte[] text)
    {
        var truncated = false;
        Assert.Equal(TsfErrors.InvalidTensor, Assert.Throws<TsfException>(() => Refusing.Encode(text, 0, ref truncated)).Error);
    }

    [Fact]
    public void EmptyText_IsTheTwoSpecialTokens() => Assert.Equal([2, 3], Encode(Refusing, "", out _));

    // A word of many pieces.
    private static readonly string Letters = string.Concat(Enumerable.Repeat("qxz", 30));

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("the", count));

    private static int[] Encode(TextEncoder encoder, string text, out bool truncated)
    {
        truncated = false;
        return encoder.Encode(Encoding.UTF8.GetBytes(text), 0, ref truncated);
    }
}
