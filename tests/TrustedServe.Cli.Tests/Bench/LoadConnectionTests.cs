using System.Text;
using TrustedServe.Attestation.Tests.Tdx.CollateralSources;
using TrustedServe.Cli.Bench.Load;

namespace TrustedServe.Cli.Tests.Bench;

public sealed class LoadConnectionTests
{
    [Theory]
    [InlineData("""{"outputs":[{"data":[]}]}""", LoadConnection.Fine)]
    [InlineData("""{"\ud800aaaa":1}""", "200 without outputs")]
    [InlineData("""{"outputs":[{"\ud800aaaa":1}]}""", "200 without outputs")]
    public void Answer_with_names_that_are_no_text_is_one_without_outputs(string body, string outcome)
    {
        using var server = new CollateralServer();
        server.Answers["/"] = CollateralServer.Answer(Encoding.UTF8.GetBytes(body));
        using var connection = new LoadConnection(server.Address, TimeSpan.FromSeconds(30));
        var request = new PreparedRequest("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Rows: 1, Tokens: 0);

        Assert.Equal(outcome, connection.Exchange(request, look: true));
    }
}
