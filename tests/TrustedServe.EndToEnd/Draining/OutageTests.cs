using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>The storage account goes away under a job and comes back: the instance says so, waits, and goes on without a restart.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Account_that_stops_and_starts_again_costs_no_row()
    {
        using var location = new TemporaryDirectory();
        var azurite = await AzuriteFixture.StartAsync(location.Path);
        await using var stack = await PacedStack.CreateAsync(azurite, maxDequeueCount: 5, ownsAzurite: true, visibilitySeconds: 10);
        await stack.SendAsync("under-way", 1_200);
        await stack.SendAsync("waiting-1", 40);
        await stack.SendAsync("waiting-2", 40);
        using var instance = stack.Start();
        await instance.WaitForAsync(6001, line => line.GetProperty("State").GetProperty("JobId").GetString() == "under-way");
        await instance.WaitForAsync(6003, line => line.GetProperty("State").GetProperty("JobId").GetString() == "waiting-1");

        await azurite.StopAsync();
        await instance.WaitForAsync(6010); // what it waits for
        await azurite.StartAgainAsync();
        await instance.WaitForAsync(6011);

        await stack.SendAsync("after", 40);
        await stack.CheckAsync();
        instance.Signal("INT");
        Assert.True(await instance.ExitAsync() == 0, instance.Output);
    }
}
