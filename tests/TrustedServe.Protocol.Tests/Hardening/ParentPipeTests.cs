using System.Text;
using CsCheck;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Protocol.Tests.Hardening;

public sealed class ParentPipeTests
{
    [Fact]
    public void FirstLine_IsRead_AndWhatFollowsStays() =>
        Gen.Select(Gen.Byte.Array[0, 99], Gen.Byte.Array[0, 20]).Sample((line, rest) =>
        {
            line = [.. line.Where(value => value != (byte)'\n')];
            using var input = new MemoryStream([.. line, (byte)'\n', .. rest]);
            Assert.Equal(line, ParentPipe.ReadFirstLine(input, 100, bytes => bytes.ToArray()));
            Assert.Equal(rest, input.ToArray()[(int)input.Position..]);
        });

    [Theory]
    [InlineData("")]
    [InlineData("cut")]
    [InlineData("longer than the limit\n")]
    public void Rejects_ALineThatEndsTooEarlyOrTooLate(string text)
    {
        using var input = new MemoryStream(Encoding.ASCII.GetBytes(text));
        Assert.Equal(TsfErrors.InvalidSettings, Assert.Throws<TsfException>(() => ParentPipe.ReadFirstLine(input, 10, bytes => bytes.Length)).Error);
    }
}
