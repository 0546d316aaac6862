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

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 600, "What was waited for did not come.");
            await Task.Delay(50);
        }
    }
}
