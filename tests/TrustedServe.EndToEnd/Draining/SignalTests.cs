using System.Net;
using System.Net.Sockets;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>What each signal does to a front end that has a job in hand: it ends in order, or goes on and says why.</summary>
public sealed class SignalTests(AzuriteFixture fixture) : IClassFixture<AzuriteFixture>
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("QUIT")]
    [InlineData("HUP")]
    [InlineData("PWR")]
    [InlineData("XCPU")]
    public async Task Signal_that_asks_for_the_end_lets_the_job_in_hand_finish(string signal)
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.SendAsync("job", 100);
        using var instance = stack.Start();
        await instance.WaitForAsync(6001);

        instance.Signal(signal);

        Assert.True(await instance.ExitAsync() == 0, instance.Output);
        Assert.Equal($"SIG{signal}", (await instance.WaitForAsync(2401)).GetProperty("State").GetProperty("Reason").GetString());
        Assert.Equal(1, instance.Count(6003));
        await stack.CheckAsync();
    }

    [Fact]
    public async Task Signals_that_mean_nothing_are_named_and_nothing_ends()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.SendAsync("job", 200);
        using var instance = stack.Start();
        await instance.WaitForAsync(6001);

        foreach (var signal in new[] { "USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "STKFLT", "PIPE", "WINCH", "CONT", "CHLD" })
        {
            instance.Signal(signal);
            if (signal is not ("PIPE" or "WINCH" or "CONT" or "CHLD")) // those end no .NET program
            {
                await instance.WaitForAsync(2404, line => line.GetProperty("State").GetProperty("Signal").GetString() == $"SIG{signal}");
            }
        }

        await instance.WaitForAsync(6003);
        instance.Signal("TERM");
        Assert.True(await instance.ExitAsync() == 0, instance.Output);
        await stack.CheckAsync();
    }

    [Fact]
    public async Task End_of_the_parent_after_a_signal_does_not_hurry()
    {
        // What a terminal does: Ctrl+C reaches the whole group, and the parent ends its child's input as it ends.
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.SendAsync("job", 200);
        using var instance = stack.Start("--exit-on-stdin-eof");
        await instance.WaitForAsync(6001);

        instance.Signal("INT");
        await instance.WaitForAsync(2401);
        instance.CloseInput();

        Assert.True(await instance.ExitAsync() == 0, instance.Output);
        Assert.Equal(1, instance.Count(6003));
        Assert.Equal(0, instance.Count(2402));
        await stack.CheckAsync();
    }

    [Fact]
    public async Task Body_that_is_still_arriving_when_all_is_cut_off_is_answered()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        using var instance = stack.Start("--TrustedServe:Drain:GraceSeconds=2");
        await instance.ReadyAsync();
        using var request = await UnfinishedRequest.SendAsync(await instance.WaitForAsync(2001), $"/v2/models/{PacedStack.Model}/infer");

        instance.Signal("TERM");

        var answer = await request.AnswerAsync();
        Assert.StartsWith("HTTP/1.1 503 ", answer);
        Assert.Contains("Retry-After: ", answer, StringComparison.Ordinal);
        Assert.Contains("TSF5008", answer, StringComparison.Ordinal);
        Assert.True(await instance.ExitAsync() == 0, instance.Output);
    }

    [Fact]
    public async Task Asked_to_end_while_it_starts_it_ends_in_order()
    {
        // A store that takes connections and never answers: the start hangs there.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        using var instance = stack.Start(
            "--TrustedServe:Models:Store",
            [
                $"--TrustedServe:Models:Store=http://{silent.LocalEndpoint}/account/models",
                $"--TrustedServe:Models:StoreConnectionString=DefaultEndpointsProtocol=http;AccountName=account;AccountKey=YQ==;BlobEndpoint=http://{silent.LocalEndpoint}/account;",
            ]);
        using var connection = await silent.AcceptSocketAsync();

        instance.Signal("INT");

        Assert.True(await instance.ExitAsync() == 0, instance.Output);
    }

    [Fact]
    public async Task Signal_that_was_ignored_from_the_start_stays_ignored()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        using var instance = stack.StartIgnoring("HUP");
        await instance.ReadyAsync();

        instance.Signal("HUP");
        instance.Signal("USR1");
        await instance.WaitForAsync(2404);
        Assert.Equal(0, instance.Count(2401));

        instance.Signal("TERM");
        Assert.True(await instance.ExitAsync() == 0, instance.Output);
    }
}
