using System.Diagnostics;
using System.Globalization;
using TrustedServe.BrokerWriter;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.KeyBroker.Tokens;
using TrustedServe.Testing;
using Version = TrustedServe.BrokerWriter.Version;

namespace TrustedServe.KeyBroker.Tests;

/// <summary>
/// A process that writes resources and changes signing keys is killed at random moments, again and again, while a broker on the same
/// folder serves. Everything that was acknowledged must be there and nothing may be torn. The number of kills is 15, or what
/// <c>TRUSTEDSERVE_KILLS</c> says.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int LongestLife = 150;

    [Fact]
    public async Task Acknowledged_writes_and_keys_survive_kills_at_random_moments()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_KILLS") ?? "15", CultureInfo.InvariantCulture);
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var broker = await RunningBroker.StartAsync(new FrozenTime(), policy: TestPolicy.Of(TestPolicy.Rule("all", "*/*/*", TestPolicy.Known)));
        var folder = broker.Folder["broker"];
        var acknowledged = new long[Version.Resources];
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var (last, landed) = (0L, 0);
        for (var kill = 0; kill < kills; kill++)
        {
            var lines = await WriteUntilKilledAsync(folder, last, random.Next(LongestLife));
            foreach (var line in lines)
            {
                if (line.StartsWith("put ", StringComparison.Ordinal))
                {
                    last = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
                    acknowledged[last % Version.Resources] = last;
                }
                else
                {
                    Assert.True(keys.Add(line["key ".Length..]));
                }
            }

            // The write under way at the kill may have landed without being acknowledged: then it is the next one, and whole.
            var next = last + 1;
            using var store = ResourceStore.Open(folder);
            for (var i = 0; i < Version.Resources; i++)
            {
                using var resource = store.Get(Version.IdOf(i));
                var seen = resource is null ? 0 : Version.Of(resource.Span);
                Assert.True(seen is not null, $"after kill {kill + 1}, resource {i} is torn");
                Assert.True(seen == acknowledged[i] || (seen == next && next % Version.Resources == i), $"after kill {kill + 1}, resource {i}: {acknowledged[i]} was acknowledged, {seen} is there");
                if (seen == next)
                {
                    (acknowledged[i], last) = (next, next);
                    landed++;
                }
            }

            using var rootKey = RootKey.Load(folder);
            using var ring = new SigningKeyRing(folder, rootKey, TimeSpan.FromDays(30), new FrozenTime());
            Assert.Empty(keys.Except(ring.Published.Select(key => key.Id), StringComparer.Ordinal));
            Assert.Equal(RunningBroker.Secret, store.Get(RunningBroker.Model)!.Span.ToArray());
        }

        // The broker that was there all the time serves what the last writer left.
        using var client = broker.Client();
        using var release = await client.GetAsync(Version.IdOf(last), CancellationToken.None);
        Assert.Equal(last, Version.Of(release.Resource.Span));
        output.WriteLine($"{kills} kills, {last} writes, {keys.Count} keys, {landed} writes landed without an acknowledgement");
        Assert.True(last > 0 && keys.Count > 0);
    }

    private static async Task<List<string>> WriteUntilKilledAsync(string folder, long version, int milliseconds)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Executable("tests", "TrustedServe.BrokerWriter"), folder, version.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var writer = Process.Start(start)!;
        try
        {
            var lines = new List<string>();
            if (await writer.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } first)
            {
                lines.Add(first);
            }

            var rest = writer.StandardOutput.ReadToEndAsync();
            await Task.Delay(milliseconds);
            Assert.False(writer.HasExited, "the writer ended by itself");
            writer.Kill();
            await writer.WaitForExitAsync();

            // A line that has no end was cut by the kill, and acknowledges nothing.
            var text = await rest;
            lines.AddRange(text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return lines;
        }
        finally
        {
            writer.Kill();
        }
    }
}
