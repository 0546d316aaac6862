using System.Text;
using System.Text.Json;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Tests.Load;

public sealed class RequestMixTests : IDisposable
{
    private static readonly RequestMix Mix = new(new Uri("http://127.0.0.1:80"), "m", "key");
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("""{"text":"good day"}""", "text")]
    [InlineData("""{"image":[1,2,3,4]}""", "image")]
    [InlineData("""{"image":[[1,2],[3,4]]}""", "image")]
    [InlineData("""{"inputs":[{"name":"x","shape":[3,1],"datatype":"FP32","data":[1,2,3]}]}""", "x")]
    public void Accepts_rows_of_each_kind(string row, string input)
    {
        File.WriteAllText(work["rows"], row + "\n\n" + row);

        var requests = Mix.FromRows(work["rows"]);

        Assert.Equal(2, requests.Count);
        Assert.Equal(row.Contains("inputs") ? 3 : 1, requests[0].Rows);
        var text = Encoding.UTF8.GetString(requests[0].Bytes.Span);
        Assert.Contains("Authorization: Bearer key\r\n", text);
        using var body = JsonDocument.Parse(text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Equal(input, body.RootElement.GetProperty("inputs")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("""{"text":5}""")]
    [InlineData("""{"image":[]}""")]
    [InlineData("""{"image":[1,2,3]}""")]
    [InlineData("""{"inputs":[]}""")]
    [InlineData("""{"inputs":[5]}""")]
    public void Rejects_rows_that_are_no_request(string row)
    {
        File.WriteAllText(work["rows"], row);
        Assert.Equal(TsfErrors.Usage, Assert.Throws<TsfException>(() => Mix.FromRows(work["rows"])).Error);
    }

    [Fact]
    public void Texts_follow_the_lengths()
    {
        var requests = Mix.FromTexts(LengthDistribution.Parse("4:3,10"), ["word"], rows: 1, seed: 1);

        Assert.Equal([4, 10], requests.Select(request => request.Tokens).Distinct().Order());
        Assert.InRange(requests.Count(request => request.Tokens == 4) / (double)requests.Count, 0.65, 0.85);
        Assert.All(requests, request => Assert.Equal(request.Tokens - 2, Encoding.UTF8.GetString(request.Bytes.Span).Split("word").Length - 1));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("")]
    [InlineData("8:0")]
    [InlineData("8:1:1")]
    [InlineData("-8")]
    [InlineData("99999999")]
    [InlineData("8,")]
    public void Rejects_lengths_that_are_none(string lengths) =>
        Assert.Equal(TsfErrors.Usage, Assert.Throws<TsfException>(() => LengthDistribution.Parse(lengths)).Error);
}
