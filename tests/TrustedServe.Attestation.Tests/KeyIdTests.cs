using System.Text.RegularExpressions;
using CsCheck;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Tests;

public sealed class KeyIdTests
{
    private static readonly Gen<string> Segment = Gen.Char["abcXYZ019_-."].Array[1, 64].Select(characters => new string(characters)).Where(text => text[0] != '.');

    [Fact]
    public void Any_valid_id_comes_back() => Gen.Select(Segment, Segment, Segment).Sample((repository, type, tag) =>
    {
        var id = KeyId.Parse($"kbs:///{repository}/{type}/{tag}");
        Assert.Equal((repository, type, tag), (id.Repository, id.Type, id.Tag));
        Assert.Equal(id, KeyId.Parse(id.ToString()));
    });

    [Fact]
    public void Any_text_is_an_id_that_stays_in_its_place_or_refused_with_the_code() =>
        Gen.OneOf(Gen.String, Gen.Char["kbs:/.%\\~a\0\n"].Array[0, 30].Select(characters => "kbs:///" + new string(characters))).Sample(text =>
        {
            try
            {
                var path = KeyId.Parse(text).Path;
                Assert.DoesNotMatch(@"(^|/)\.", path);
                Assert.Equal(3, path.Split('/').Length);
                Assert.Matches(new Regex(@"\A[A-Za-z0-9_./-]+\z"), path);
            }
            catch (TsfException exception)
            {
                Assert.Equal(TsfErrors.MalformedKeyId, exception.Error);
            }
        });

    [Theory]
    [InlineData("kbs://host/a/b/c")]
    [InlineData("kbs:///a/b")]
    [InlineData("kbs:///a/b/c/d")]
    [InlineData("kbs:///a/../c")]
    [InlineData("kbs:///a/b/.c")]
    [InlineData("kbs:///a/b/c\n")]
    [InlineData("kbs:///a/b/c?x")]
    [InlineData("KBS:///a/b/c")]
    [InlineData("kbs:///ä/b/c")]
    [InlineData(null)]
    public void Rejects_other_forms(string? text) => Assert.Throws<TsfException>(() => KeyId.Parse(text));
}
