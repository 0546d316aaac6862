using CsCheck;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Tests.Topology;

public sealed class CpuListTests
{
    [Theory]
    [InlineData("0-3,8,10-11\n", new[] { 0, 1, 2, 3, 8, 10, 11 })]
    [InlineData("5", new[] { 5 })]
    [InlineData("3,1,1-2", new[] { 1, 2, 3 })]
    [InlineData("\n", new int[0])]
    [InlineData("8191", new[] { 8191 })]
    public void Accepts_WhatTheKernelWrites(string text, int[] expected) => Assert.Equal(expected, CpuList.Parse(text));

    [Theory]
    [InlineData("0-")]
    [InlineData("-3")]
    [InlineData("3-1")]
    [InlineData("1,,2")]
    [InlineData("a")]
    [InlineData("+1")]
    [InlineData("8192")]
    [InlineData("0-4294967295")]
    [InlineData("0-3:1/2")]
    public void Rejects_AnythingElse(string text) => Assert.Null(CpuList.Parse(text));

    [Fact]
    public void Rejects_EndlessText() => Assert.Null(CpuList.Parse(string.Join(',', Enumerable.Repeat("0-8191", 100_000))));

    [Fact]
    public void Parse_OfFormat_IsTheSameSet() =>
        Gen.Int[0, CpuList.Limit - 1].Array[0, 200].Sample(list => CpuList.Parse(CpuList.Format([.. list, .. list.Take(3)]))!.SequenceEqual(list.Distinct().Order()));

    [Theory]
    [InlineData(new[] { 2, 1, 1, 2 }, "1-2")]
    [InlineData(new[] { 7, 7 }, "7")]
    public void Format_OfWhatIsNamedTwice_NamesItOnce(int[] members, string expected) => Assert.Equal(expected, CpuList.Format(members));

    [Fact]
    public void Parse_OfAnyText_EndsWithAnAnswer() =>
        Gen.Char["0123456789,- \nx"].Array[0, 40].Select(characters => new string(characters)).Sample(text =>
            CpuList.Parse(text) is not { } members || CpuList.Parse(CpuList.Format(members))!.SequenceEqual(members));
}
