using System.Text;
using System.Text.Json;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Protocol.Tests.Json;

public sealed class UntrustedJsonTests
{
    private const string HalfName = """{"\ud800 a long name that must be unescaped":1}""";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    [Fact]
    public void Comparing_HalfASurrogatePair_IsMalformedJson() => Assert.Throws<JsonException>(() =>
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(HalfName));
        reader.Read();
        reader.Read();
        UntrustedJson.TextEquals(ref reader, "formatVersion"u8);
    });

    [Fact]
    public void Document_WithSuchAName_IsMalformedJson()
    {
        var failure = Assert.Throws<JsonException>(() => UntrustedJson.Parse(Encoding.UTF8.GetBytes(HalfName), Strict));
        Assert.Equal("a name or string holds half of a surrogate pair", UntrustedJson.Place(failure));
        Assert.Throws<JsonException>(() => UntrustedJson.Parse(new MemoryStream(Encoding.UTF8.GetBytes(HalfName)), Strict));
    }

    [Theory]
    [InlineData("""{"a":[1,{"b":"\udc00"}]}""")]
    [InlineData("""["x","\ud83d"]""")]
    public void StringThatIsNotText_IsMalformedJson(string json)
    {
        using var document = UntrustedJson.Parse(Encoding.UTF8.GetBytes(json), Strict);
        Assert.Throws<JsonException>(() => UntrustedJson.RequireText(document.RootElement));
    }

    [Fact]
    public void WholePairs_AreText()
    {
        using var document = UntrustedJson.Parse("""{"\ud83d\ude00":["\ud83d\ude00",null,1,true]}"""u8.ToArray(), Strict);
        UntrustedJson.RequireText(document.RootElement);
    }

    [Fact]
    public void Place_IsCountedFromOne()
    {
        var failure = Assert.ThrowsAny<JsonException>(() => UntrustedJson.Parse("{\n  x"u8.ToArray(), Strict));
        Assert.Equal("line 2, byte 3", UntrustedJson.Place(failure));
    }
}
