using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

public sealed class WorkerLossTests(ServedDigits digits) : IClassFixture<ServedDigits>
{
    private const int Callers = 8;

    // As many rows as the model takes at once: a request that is in hand when the worker ends.
    private static readonly string Body = JsonSerializer.Serialize(new
    {
        inputs = new[] { new { name = "image", datatype = "FP32", shape = new[] { 32, 1, 8, 8 }, data = new float[32 * 64] } },
    });

    [Fact]
    public async Task Worker_killed_under_load_leaves_nobody_waiting_and_is_back()
    {
        using var serve = digits.Serve("--set", "Http:HoldSeconds=0");
        await serve.WaitForAsync("every model is ready");
        using var http = new HttpClient { BaseAddress = await ServedDigits.AddressAsync(serve) };
        using var metadata = JsonDocument.Parse(await http.GetStringAsync(new Uri("/v2/models/digits", UriKind.Relative)));
        using var placement = JsonDocument.Parse(metadata.RootElement.GetProperty("properties").GetProperty("placement").GetString()!);
        var placed = Assert.Single(placement.RootElement.EnumerateArray());
        Assert.Equal("ok", placed.GetProperty("affinity").GetString());
        Assert.Equal(placed.GetProperty("lanes").ToString(), placed.GetProperty("actualLanes").ToString());

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var answers = new int[2];
        var stop = false;
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                // Every request ends, and with one of two answers: its own, or the code of a lost or starting worker.
                using var answer = await http.PostAsync(new Uri("/v2/models/digits/infer", UriKind.Relative), new StringContent(Body, null, "application/json"), limit.Token);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref answers[0]);
                    continue;
                }

                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Matches("^TSF500[13]$", (await answer.Content.ReadFromJsonAsync<JsonElement>(limit.Token)).GetProperty("code").GetString());
                Interlocked.Increment(ref answers[1]);
                await Task.Delay(20, limit.Token);
            }
        })).ToList();

        await UntilAsync(() => answers[0] >= Callers);
        Processes.Signal(Worker(serve), "KILL");
        await UntilAsync(() => answers[1] >= Callers);
        var before = answers[0];
        await UntilAsync(() => answers[0] >= before + (4 * Callers));
        Volatile.Write(ref stop, true);
        await Task.WhenAll(callers);
        Assert.NotEqual(0, Worker(serve));

        async Task UntilAsync(Func<bool> condition)
        {
            while (!condition() && !callers.Any(caller => caller.IsFaulted))
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    private static int Worker(TrustedServeCommand serve) =>
        Assert.Single(Processes.Descendants(serve.Id), process => process.Command.Contains("TrustedServe.Worker.dll", StringComparison.Ordinal)).Id;
}
