using CsCheck;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Protocol.Tests.Secrets;

public sealed class KeyIdTests
{
    private static readonly Gen<string> Segment = Gen.Select(
        Gen.Char["ABCyz019_-"], Gen.String[Gen.Char["abcXYZ019_.-"], 0, 63], (first, rest) => first + rest);

    [Fact]
    public void AnyThreeSegments_AreReadAsTheyWereWritten() =>
        Gen.Select(Segment, Segment, Segment).Sample((repository, type, tag) =>
        {
            var id = KeyId.Parse($"kbs:///{repository}/{type}/{tag}");
            Assert.Equal((repository, type, tag), (id.Repository, id.Type, id.Tag));
            Assert.Equal($"kbs:///{id.Path}", id.ToString());
            Assert.Equal(id, KeyId.Parse(id.ToString()));
        });

    [Fact]
    public void AnyText_IsAKeyIdOrRefused() =>
        Gen.String[0, 40].Sample(text =>
        {
            try
            {
                Assert.Equal(text, KeyId.Parse(text).ToString());
            }
            catch (TsfException exception)
            {
                Assert.Equal(TsfErrors.MalformedKeyId, exception.Error);
            }
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("kbs:///a/b")]
    [InlineData("kbs:///a/b/c/d")]
    [InlineData("kbs://broker.invalid/a/b/c")]
    [InlineData("KBS:///a/b/c")]
    [InlineData("kbs:///a/../c")]
    [InlineData("kbs:///a/./c")]
    [InlineData("kbs:///a/b/.c")]
    [InlineData("kbs:///a//c")]
    [InlineData("kbs:///a/b/c\n")]
    [InlineData("kbs:///a/b/c?x")]
    [InlineData("kbs:///a/b/%2e")]
    [InlineData("kbs:///ä/b/c")]
    public void Rejects_EverythingElse(string? uri) => Assert.Throws<TsfException>(() => KeyId.Parse(uri));

    [Fact]
    public void Rejects_ASegmentOver64Characters() => Assert.Throws<TsfException>(() => KeyId.Parse($"kbs:///a/b/{new string('c', 65)}"));
}
