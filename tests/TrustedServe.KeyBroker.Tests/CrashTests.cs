using System.Globalization;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Testing;
using Version = TrustedServe.BrokerWriter.Version;

namespace TrustedServe.KeyBroker.Tests;

/// <summary>
/// The broker's process, a process that writes resources and orders new signing keys beside it (as <c>trustedserve key put</c> does:
/// the broker has no route that writes), or both are killed at random moments, again and again, while callers attest and fetch.
/// Everything that was acknowledged must be there and nothing may be torn. The number of kills is 10, or what
/// <c>TRUSTEDSERVE_KILLS</c> says.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    /// <summary>Milliseconds; a broker makes a new key, attests and releases some times in it.</summary>
    private const int LongestLife = 200;

    private enum Target
    {
        Broker,
        Writer,
        Both,
    }

    [Fact]
    public async Task Acknowledged_writes_keys_tokens_and_decisions_survive_kills_at_random_moments()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_KILLS") ?? "10", CultureInfo.InvariantCulture);
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["policy.json"], TestPolicy.Of(TestPolicy.Rule("all", "*/*/*", TestPolicy.Known)));
        ResourceStore.Open(folder["broker"]).Dispose();
        var state = new CrashState(folder["broker"]);
        var killed = new Dictionary<Target, int>();
        var broker = BrokerProcess.StartOn(folder);
        var writer = BrokerWriterProcess.Start(folder["broker"], 0);
        try
        {
            var address = await broker.ListeningAsync();
            await writer.AllAsync();
            for (var kill = 0; kill < kills; kill++)
            {
                var target = (Target)random.Next(3);
                killed[target] = killed.GetValueOrDefault(target) + 1;
                using var wire = new WireClient(address);
                await state.RoundAsync(wire);
                using var stop = new CancellationTokenSource();
                var caller = Task.Run(() => state.CallAsync(wire, stop.Token));
                await Task.Delay(random.Next(LongestLife));
                Assert.False(broker.Process.HasExited || writer.HasExited, "a process ended by itself");
                if (target != Target.Writer)
                {
                    broker.Process.Kill();
                }

                if (target != Target.Broker)
                {
                    state.Acknowledge(await writer.KillAsync());
                    state.CheckResources($"kill {kill + 1} ({target})");
                }

                stop.Cancel();
                await caller;
                if (target != Target.Writer)
                {
                    await broker.DisposeAsync();
                    broker = BrokerProcess.StartOn(folder);
                    address = await broker.ListeningAsync();
                    await state.CheckTokensAsync(address, $"kill {kill + 1} ({target})");
                }

                if (target != Target.Broker)
                {
                    writer = BrokerWriterProcess.Start(folder["broker"], state.Last);
                    await writer.AllAsync();
                }
            }

            state.Acknowledge(await writer.KillAsync());
            state.CheckResources("the last kill");
            await state.CheckTokensAsync(address, "the last kill");
            state.CheckAudit(kills);

            // The broker serves what the last writer left.
            using var client = RunningBroker.Client(address);
            using var release = await client.GetAsync(Version.IdOf(state.Last), CancellationToken.None);
            Assert.Equal(state.Last, Version.Of(release.Resource.Span));
            output.WriteLine($"{kills} kills ({string.Join(", ", killed.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"))}), {state}");
            Assert.True(state.Last > 0);
        }
        finally
        {
            await writer.KillAsync();
            await broker.DisposeAsync();
        }
    }
}
