using System.Text;
using TrustedServe.Functions.Inference.Json;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Json;

/// <summary>An escaped half of a surrogate pair passes the parser; what then compares or reads the text must refuse, not fail.</summary>
public sealed class HalfSurrogateTests
{
    private const string Name = """\ud800 a long name that must be unescaped""";

    [Theory]
    [InlineData($$"""{"{{Name}}":1}""")]
    [InlineData($$"""{"inputs":[{"{{Name}}":1}]}""")]
    [InlineData($$"""{"inputs":[],"outputs":[{"{{Name}}":1}]}""")]
    [InlineData($$$"""{"inputs":[],"parameters":{"{{{Name}}}":1}}""")]
    public void Rejects_in_an_inference_request(string body)
    {
        var refused = Assert.Throws<TsfException>(() => InferRequestReader.Read(Encoding.UTF8.GetBytes(body), 1 << 20));
        Assert.Equal(TsfErrors.MalformedRequest, refused.Error);
        Assert.Contains("half of a surrogate pair", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($$"""{"{{Name}}":1}""")]
    [InlineData("""{"version":"\ud800"}""")]
    [InlineData("""{"version":"2.0","TrustedServe":{"Health":{"Listen":"\udc00"}}}""")]
    public void Rejects_in_settings(string json)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["host.json"], json);
        Assert.Equal(TsfErrors.InvalidSettings, Assert.Throws<TsfException>(() => JsonSettings.ReadFile(directory["host.json"])).Error);
        Assert.Equal(TsfErrors.InvalidSettings, Assert.Throws<TsfException>(() => JsonSettings.Parse(Encoding.UTF8.GetBytes(json), "settings")).Error);
    }
}
