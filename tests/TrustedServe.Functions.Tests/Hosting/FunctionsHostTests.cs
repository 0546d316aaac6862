using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Access;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;
using CommandLine = TrustedServe.Functions.Settings.CommandLine;

namespace TrustedServe.Functions.Tests.Hosting;

public sealed class FunctionsHostTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Service_that_fails_ends_the_host_as_a_failure()
    {
        ApiKeyFile.Create(directory["keys.json"], "caller", ["*"], [ApiAction.Metadata]);
        using var time = new NoSecondTimers();
        await using var host = await BuildAsync(time, $"--TrustedServe:Http:ApiKeysFile={directory["keys.json"]}");
        await host.StartAsync();
        time.Started.Set();

        var failure = await Assert.ThrowsAsync<TsfException>(host.WaitAsync);

        Assert.Equal(TsfErrors.Internal, failure.Error);
        Assert.Contains("ApiKeyWatcher", failure.Message);
    }

    [Fact]
    public async Task Host_that_is_asked_to_stop_ends_in_order()
    {
        await using var host = await BuildAsync(TimeProvider.System);
        await host.StartAsync();
        host.Stop("a test");

        await host.WaitAsync();
    }

    private async Task<FunctionsHost> BuildAsync(TimeProvider time, params string[] arguments) => await FunctionsHost.BuildAsync(
        CommandLine.Parse(
        [
            $"--TrustedServe:Models:Store={directory.Path}", "--TrustedServe:Trust:KeySource=GuestApi",
            "--TrustedServe:Http:Listen=http://127.0.0.1:0", "--TrustedServe:Health:Listen=http://127.0.0.1:0",
            $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}", .. arguments,
        ]),
        new HostSeams
        {
            Mode = () => TrustMode.Development,
            OpenStore = options => new FakeStore(options.Store, [new StoreEntry("matrix", "1", "x", true)]),
            Environment = [],
            Logging = logging => logging.ClearProviders(),
            Time = time,
        });

    /// <summary>A clock without timers of a second, which the watcher of API keys lives on.</summary>
    private sealed class NoSecondTimers : TimeProvider, IDisposable
    {
        public ManualResetEventSlim Started { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != TimeSpan.FromSeconds(1))
            {
                return base.CreateTimer(callback, state, dueTime, period);
            }

            Started.Wait(TimeSpan.FromSeconds(60));
            throw new InvalidOperationException("There is no such timer.");
        }

        public void Dispose() => Started.Dispose();
    }
}
