namespace TrustedServe.Protocol.Tests.Calls;

/// <summary>Why a connection is two sockets. Alone, since it looks at all readers of the process.</summary>
[CollectionDefinition(nameof(ReaderSleepTests), DisableParallelization = true)]
[Collection(nameof(ReaderSleepTests))]
public sealed class ReaderSleepTests
{
    [Fact]
    public async Task Readers_sleep_once_a_call()
    {
        const int Calls = 400;
        using var pair = new CallPair(CallPair.EchoAsync);
        await pair.Client.InferAsync(CallPair.Request("open"), CallPair.Long, CancellationToken.None);
        var before = Sleeps();
        for (var i = 0; i < Calls; i++)
        {
            await pair.Client.InferAsync(CallPair.Request($"{i}"), CallPair.Long, CancellationToken.None);
        }

        // Each waits for its next frame and for nothing else. On a single socket one of the two is woken nearly twice a call.
        // Readers that other tests have left behind only end.
        var sleeps = Sleeps().Where(thread => before.ContainsKey(thread.Key)).Select(thread => thread.Value - before[thread.Key]).Order().TakeLast(2).ToList();
        Assert.Equal(2, sleeps.Count);
        Assert.All(sleeps, count => Assert.InRange(count, 1, Calls * 3 / 2));
    }

    // How often each reader of this process went to sleep until now, by thread.
    private static Dictionary<string, long> Sleeps()
    {
        var sleeps = new Dictionary<string, long>();
        foreach (var thread in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(thread, "comm")).Trim() == "call reader")
                {
                    var line = File.ReadLines(Path.Combine(thread, "status")).First(line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal));
                    sleeps[thread] = long.Parse(line.Split('\t')[1], null);
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return sleeps;
    }
}
