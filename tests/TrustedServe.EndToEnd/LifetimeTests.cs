using System.Net;
using System.Text;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

public sealed class LifetimeTests(ServedDigits digits) : IClassFixture<ServedDigits>
{
    private static readonly string Image = $"[{string.Join(',', Enumerable.Repeat(0, 64))}]";

    [Fact]
    public async Task Front_end_killed_ends_its_workers()
    {
        using var serve = digits.Serve();
        await serve.WaitForAsync("every model is ready");
        var processes = Processes.Descendants(serve.Id);
        var frontEnd = Assert.Single(processes, process => process.Command.Contains("TrustedServe.Functions.dll", StringComparison.Ordinal));
        var worker = Assert.Single(processes, process => process.Command.Contains("TrustedServe.Worker.dll", StringComparison.Ordinal));

        Processes.Signal(frontEnd.Id, "KILL");

        Assert.True(await Processes.IsGoneAsync(worker.Id));
        Assert.NotEqual(0, await serve.WaitAsync());
    }

    [Fact]
    public async Task Command_line_killed_ends_everything_that_it_started()
    {
        using var serve = digits.Serve();
        await serve.WaitForAsync("every model is ready");
        var processes = Processes.Descendants(serve.Id);
        Assert.Equal(3, processes.Count);

        serve.Signal("KILL");

        foreach (var process in processes)
        {
            Assert.True(await Processes.IsGoneAsync(process.Id), process.Command);
        }
    }

    [Fact]
    public async Task Worker_killed_is_answered_with_a_code_and_comes_back()
    {
        using var serve = digits.Serve("--set", "Http:HoldSeconds=0");
        await serve.WaitForAsync("every model is ready");
        using var http = new HttpClient { BaseAddress = await ServedDigits.AddressAsync(serve) };
        Assert.Equal(HttpStatusCode.OK, (await PredictAsync(http)).Status);
        var processes = Processes.Descendants(serve.Id);
        var worker = Assert.Single(processes, process => process.Command.Contains("TrustedServe.Worker.dll", StringComparison.Ordinal));
        var broker = Assert.Single(processes, process => process.Command.Contains("TrustedServe.KeyBroker", StringComparison.Ordinal));

        // Without a key no worker comes back before the refusal was heard.
        Processes.Signal(broker.Id, "STOP");
        try
        {
            Processes.Signal(worker.Id, "KILL");
            await UntilAsync(http, HttpStatusCode.ServiceUnavailable);
        }
        finally
        {
            Processes.Signal(broker.Id, "CONT");
        }

        await UntilAsync(http, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Port_in_use_is_said_plainly()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var serve = digits.ServeAt($"http://{taken.LocalEndpoint}");
        Assert.NotEqual(0, await serve.WaitAsync());
        Assert.Contains("TSF0004", serve.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_broker_is_said_plainly_and_waited_for()
    {
        using var serve = digits.Serve("--broker", "http://127.0.0.1:1");
        await serve.WaitForAsync("TSF3002");
        serve.Signal("INT");
        Assert.Equal(0, await serve.WaitAsync());
    }

    [Fact]
    public async Task Listening_beyond_loopback_needs_callers()
    {
        using var open = digits.ServeAt("http://0.0.0.0:0");
        Assert.NotEqual(0, await open.WaitAsync());
        Assert.Contains("TSF0007", open.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_key_opens_its_model_and_nothing_else()
    {
        var (exitCode, output) = await digits.RunAsync("api-key", "create", "alice", "--file", digits.File("keys.json"), "--model", "digits", "--json");
        Assert.True(exitCode == 0, output);
        using var created = System.Text.Json.JsonDocument.Parse(output);
        using var serve = digits.Serve("--set", $"Http:ApiKeysFile={digits.File("keys.json")}");
        await serve.WaitForAsync("every model is ready");
        using var http = new HttpClient { BaseAddress = await ServedDigits.AddressAsync(serve) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await PredictAsync(http)).Status);

        http.DefaultRequestHeaders.Authorization = new("Bearer", created.RootElement.GetProperty("key").GetString());
        Assert.Equal(HttpStatusCode.OK, (await PredictAsync(http)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PredictAsync(http, "unknown")).Status);
        Assert.DoesNotContain(created.RootElement.GetProperty("key").GetString()!, await File.ReadAllTextAsync(digits.File("keys.json")), StringComparison.Ordinal);
    }

    // Until then the answers are either right or say why there is none.
    private static async Task UntilAsync(HttpClient http, HttpStatusCode expected)
    {
        for (var tries = 0; tries < 1_200; tries++)
        {
            var (status, body) = await PredictAsync(http);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, body);
            if (status == HttpStatusCode.ServiceUnavailable)
            {
                Assert.Matches("TSF500[13]", body);
            }

            if (status == expected)
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"No answer was {expected}.");
    }

    private static async Task<(HttpStatusCode Status, string Body)> PredictAsync(HttpClient http, string model = "digits")
    {
        using var content = new StringContent(Image, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri($"/predictions/{model}", UriKind.Relative), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
