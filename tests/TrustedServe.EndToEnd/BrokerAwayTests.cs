using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

/// <summary>A key broker that comes later than the instance, and a request that comes earlier than the model.</summary>
public sealed partial class BrokerAwayTests(ServedDigits digits) : IClassFixture<ServedDigits>
{
    private static readonly string Image = $"[{string.Join(',', Enumerable.Repeat(0, 64))}]";

    [Fact]
    public async Task Request_is_held_while_the_broker_is_away_and_answered_when_it_is_there()
    {
        // The embedded broker writes the policy that the later one uses.
        using (var first = digits.Serve())
        {
            await first.WaitForAsync("every model is ready");
            first.Signal("INT");
            Assert.Equal(0, await first.WaitAsync());
        }

        // Bound and not listening: whoever connects is refused.
        using var place = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        place.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = $"http://{place.LocalEndPoint}";
        using var serve = digits.Serve("--broker", address, "--set", "Http:RequestTimeoutSeconds=200");

        // The trigger's address and the one of health; the terminal's width may part them.
        await serve.WaitForAsync("listening on");
        await UntilAsync(() => Task.FromResult(Address().Count(serve.Output) >= 2));
        var urls = Address().Matches(serve.Output).Select(match => new Uri(match.Value)).ToList();
        using var http = new HttpClient { BaseAddress = urls[0], Timeout = TimeSpan.FromMinutes(4) };
        using var health = new HttpClient { BaseAddress = urls[1] };
        using var content = new StringContent(Image, Encoding.UTF8, "application/json");
        var request = http.PostAsync(new Uri("/predictions/digits", UriKind.Relative), content);
        await serve.WaitForAsync("waits, TSF3002");
        await UntilAsync(async () => await StartupAsync(health) is { Held: 1, State: "waiting", Code: "TSF3002" });
        Assert.False(request.IsCompleted);
        var worker = Worker(serve);

        place.Dispose();
        using var broker = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Repository.Executable("deploy", "TrustedServe.KeyBroker"), "--folder", digits.File("home/broker"),
                "--policy", digits.File("home/broker/insecure-local-policy.json"), "--listen", address, "--exit-on-stdin-eof",
            ])
        { RedirectStandardInput = true })!;
        using var answer = await request;
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Assert.NotEmpty(answer.Headers.GetValues("x-trustedserve-cold-start"));
        Assert.Equal(worker, Worker(serve));
        await UntilAsync(async () => (await StartupAsync(health)).State == "ready"); // a held request may be answered before that is said
        serve.Signal("INT");
        Assert.Equal(0, await serve.WaitAsync());
        broker.StandardInput.Close();
        await broker.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static int Worker(TrustedServeCommand serve) =>
        Assert.Single(Processes.Descendants(serve.Id), process => process.Command.Contains("TrustedServe.Worker.dll", StringComparison.Ordinal)).Id;

    private static async Task<(int Held, string? State, string? Code)> StartupAsync(HttpClient health)
    {
        using var answer = await health.GetAsync(new Uri("/healthz/startup", UriKind.Relative));
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var model = Assert.Single(document.RootElement.GetProperty("models").EnumerateArray());
        return (
            document.RootElement.GetProperty("held").GetInt32(),
            model.GetProperty("state").GetString(),
            model.TryGetProperty("waitsFor", out var cause) ? cause.GetProperty("code").GetString() : null);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var tries = 0; !await condition(); tries++)
        {
            Assert.True(tries < 1_200, "What was waited for did not come.");
            await Task.Delay(50);
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
