using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Http;

public sealed class LimitTests(LimitTests.SmallHost small, LimitTests.HurriedHost hurried) : IClassFixture<LimitTests.SmallHost>, IClassFixture<LimitTests.HurriedHost>
{
    private const string Good = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";
    private const int Limit = 4096;

    private readonly TestHost host = small.Host;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_over_the_limit_is_refused_and_one_at_it_is_not(bool chunked)
    {
        foreach (var (length, status) in new[] { (Limit, HttpStatusCode.OK), (Limit + 1, HttpStatusCode.RequestEntityTooLarge) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/matrix/infer")
            {
                Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(Good.PadRight(length)))),
            };
            request.Headers.TransferEncodingChunked = chunked;
            request.Content.Headers.ContentType = new("application/json");
            using var response = await host.Client.SendAsync(request);
            Assert.Equal(status, response.StatusCode);
            if (status != HttpStatusCode.OK)
            {
                Assert.Equal("TSF4007", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
            }
        }
    }

    [Fact]
    public async Task Body_that_stops_arriving_is_answered_at_the_deadline()
    {
        var answer = await RawAsync(hurried.Host, $"POST /v2/models/matrix/infer HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{Good}");
        Assert.StartsWith("HTTP/1.1 504", answer);
        Assert.Contains("TSF4011", answer);
    }

    [Fact]
    public async Task Body_that_is_framed_wrongly_is_refused()
    {
        var answer = await RawAsync(host, "POST /v2/models/matrix/infer HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Contains("TSF4001", answer);
    }

    [Fact]
    public async Task Connection_that_breaks_within_a_body_troubles_nobody()
    {
        for (var i = 0; i < 20; i++)
        {
            using var client = await ConnectAsync(host);
            await client.GetStream().WriteAsync("POST /v2/models/matrix/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{\"inputs\""u8.ToArray());
            client.LingerState = new LingerOption(true, 0);
        }

        await host.AskAsync("/v2/models/matrix/infer", Good);
        await host.UntilAsync(async () => (await host.Health.GetStringAsync("/metrics")).Contains("in_flight 0\n"));
        Assert.False(host.Log.Has(2301));
    }

    [Fact]
    public async Task Deadline_of_the_server_counts_where_the_caller_names_none_or_a_longer_one()
    {
        foreach (var body in new[] { Good, Good.Insert(1, "\"parameters\":{\"timeout\":9223372036854775807},") })
        {
            using var response = await hurried.Host.PostAsync("/v2/models/slow/infer", body);
            Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        }
    }

    private static async Task<string> RawAsync(TestHost host, string request)
    {
        using var client = await ConnectAsync(host);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request));
        var buffer = new byte[8192];
        var length = 0;
        while (!Encoding.UTF8.GetString(buffer, 0, length).Contains("remedy") && await client.GetStream().ReadAsync(buffer.AsMemory(length)) is > 0 and var read)
        {
            length += read;
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static async Task<TcpClient> ConnectAsync(TestHost host)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port);
        return client;
    }

    public sealed class SmallHost : IAsyncLifetime
    {
        internal TestHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await TestHost.ReadyAsync(["matrix"], $"--TrustedServe:Http:MaxBodyBytes={Limit}");

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }

    public sealed class HurriedHost : IAsyncLifetime
    {
        internal TestHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await TestHost.ReadyAsync(["matrix", "slow"], "--TrustedServe:Http:RequestTimeoutSeconds=2");

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
