using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>A signal to a whole pod or group reaches the real worker too, and first: it answers until its front end ends it.</summary>
public sealed class WorkerFollowsTests(ServedDigits digits) : IClassFixture<ServedDigits>
{
    [Fact]
    public async Task Worker_that_is_asked_first_answers_until_its_front_end_has_drained()
    {
        using var serve = digits.Serve("--set", "Drain:GraceSeconds=60", "--set", "Drain:DelaySeconds=3", "--json");
        await serve.WaitForAsync("\"EventId\":2003");
        var listening = JsonElement.Parse(await serve.WaitForAsync("\"EventId\":2001"));
        var address = new Uri(listening.GetProperty("State").GetProperty("Url").GetString()!);
        var processes = Processes.Descendants(serve.Id);
        var frontEnd = Assert.Single(processes, process => process.Command.Contains("TrustedServe.Functions.dll", StringComparison.Ordinal)).Id;
        var worker = Assert.Single(processes, process => process.Command.Contains("TrustedServe.Worker.dll", StringComparison.Ordinal)).Id;
        using var http = new HttpClient { BaseAddress = address };
        await AskAsync(http);

        // With something in hand its door stays open until the refusal was heard.
        using var inHand = await UnfinishedRequest.SendAsync(listening, "/predictions/digits");

        foreach (var signal in new[] { "USR1", "USR2", "ALRM", "PROF", "IO" })
        {
            Processes.Signal(worker, signal);
        }

        Processes.Signal(worker, "TERM");
        await serve.WaitForAsync("Asked to end (SIGTERM)");
        for (var call = 0; call < 20; call++)
        {
            await AskAsync(http);
        }

        Processes.Signal(frontEnd, "TERM");
        await serve.WaitForAsync("\"EventId\":2401");
        var answers = 0;
        while (await TryAskAsync(http))
        {
            answers++;
        }

        inHand.Dispose();

        // It was the front end that stopped answering, with its own code, and never for want of a worker.
        Assert.NotEqual(0, answers);
        Assert.Equal(0, await serve.WaitAsync());
        Assert.True(await Processes.IsGoneAsync(worker));
        Assert.DoesNotContain("\"EventId\":2104", serve.Output, StringComparison.Ordinal);
    }

    private static async Task AskAsync(HttpClient http) => Assert.True(await TryAskAsync(http));

    private static async Task<bool> TryAskAsync(HttpClient http)
    {
        using var content = new StringContent($"[{string.Join(',', Enumerable.Repeat(0, 64))}]", System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("/predictions/digits", UriKind.Relative), content);
        if (answer.IsSuccessStatusCode)
        {
            return true;
        }

        Assert.Contains("TSF5008", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return false;
    }
}
