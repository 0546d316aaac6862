using System.Text.Json;
using TrustedServe.EndToEnd.Draining;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

/// <summary>What a terminal, or a file in its place, does to <c>serve</c>.</summary>
public sealed class TerminalTests(ServedDigits digits) : IClassFixture<ServedDigits>
{
    [Fact]
    public async Task Log_that_finds_no_space_is_said_once_and_serving_goes_on()
    {
        using var serve = LaunchedServe.Start(digits, ["sh", "-c", "exec \"$@\" > /dev/full", "sh"]);

        Assert.Contains("TSF0008", await serve.WaitForAsync("Lines of the log are lost"), StringComparison.Ordinal);

        // As many lines as a start has were lost; the front end is there and ends in order.
        await UntilAsync(() => Processes.Descendants(serve.Id).Any(process => process.Command.Contains("TrustedServe.Worker.dll", StringComparison.Ordinal)));
        Processes.Signal(serve.Id, "INT");
        Assert.Equal(0, await serve.WaitAsync());
        Assert.Single(serve.Lines);
    }

    [Fact]
    public async Task Interrupt_of_the_whole_terminal_leaves_a_draining_front_end_its_broker()
    {
        // A session of its own: the signal reaches command line, broker, front end and worker, and no test.
        using var serve = LaunchedServe.Start(digits, ["setsid"], "--set", "Drain:GraceSeconds=60");
        await serve.WaitForAsync("\"EventId\":2003");
        var listening = JsonElement.Parse(await serve.WaitForAsync("\"EventId\":2001"));
        var broker = Broker(serve);
        using var inHand = await UnfinishedRequest.SendAsync(listening, "/predictions/digits");

        serve.SignalGroup("INT");

        // The front end drains until the request in hand is over, and may need a key for what it has taken until then.
        await serve.WaitForAsync("\"EventId\":2401");
        using var http = new HttpClient();
        for (var ask = 0; ask < 20; ask++)
        {
            using var answer = await http.GetAsync(broker); // any answer will do
            await Task.Delay(50);
        }

        inHand.Dispose();
        Assert.Equal(0, await serve.WaitAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(broker));
    }

    private static Uri Broker(LaunchedServe serve)
    {
        const string Name = "--TrustedServe:Trust:Broker=";
        var frontEnd = Assert.Single(Processes.Descendants(serve.Id), process => process.Command.Contains("TrustedServe.Functions.dll", StringComparison.Ordinal));
        return new Uri(frontEnd.Command.Split(' ').Single(argument => argument.StartsWith(Name, StringComparison.Ordinal))[Name.Length..]);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 600, "What was waited for did not come.");
            await Task.Delay(50);
        }
    }
}
