using System.Text;
using TrustedServe.Attestation.Tests.Tdx.CollateralSources;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Tests.Hosting;

public sealed class FrontEndClientTests
{
    [Theory]
    [InlineData("""{"error":"All places are taken.","code":"TSF4012"}""", "TSF4012", "All places are taken.")]
    [InlineData("""{"error":{"message":"no such route"},"code":"TSF4012"}""", "TSF4012", "The front end answered 404.")]
    [InlineData("""{"error":"no such route","code":404}""", "TSF0001", "no such route")]
    [InlineData("""{"error":"\ud800"}""", "TSF0001", "The front end answered 404.")]
    [InlineData("""{"\ud800aaaa":1}""", "TSF5003", "does not answer as a front end does")]
    [InlineData("not found", "TSF5003", "does not answer as a front end does")]
    public async Task Refusal_of_any_server_has_a_code(string body, string code, string message)
    {
        using var server = new CollateralServer();
        server.Answers["/v2/models/m"] = CollateralServer.Answer("404 Not Found", Encoding.UTF8.GetBytes(body));
        using var client = new FrontEndClient(server.Address, apiKey: null);

        var exception = await Assert.ThrowsAsync<TsfException>(() => client.ModelAsync("m", CancellationToken.None));

        Assert.Equal(code, exception.Code);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}
