using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Supervision;
using TrustedServe.Functions.Tests.Queue;
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Host_that_has_ended_takes_late_signals_and_the_end_of_its_parent_calmly(bool hadStarted)
    {
        var host = await BuildAsync(TimeProvider.System);
        if (hadStarted)
        {
            await host.StartAsync();
            await host.StopAsync();
        }

        await host.DisposeAsync();

        // Whoever listens for them does so on a thread of its own: what is thrown there ends the process.
        host.Stop("the end of the parent");
        host.Ask("SIGTERM");
        host.Ask("SIGTERM");
    }

    [Fact]
    public async Task Models_can_be_managed_as_soon_as_the_listener_may_be_reached()
    {
        await using var host = await BuildAsync(TimeProvider.System);
        var fleet = host.Services.GetRequiredService<WorkerFleet>();

        await fleet.StartingAsync(CancellationToken.None); // what comes before the listeners

        Assert.Equal("matrix", Assert.Single(fleet.Lives).Workers.Model);
    }

    [Fact]
    public async Task Remote_store_that_is_away_is_waited_for_and_said_once()
    {
        var log = new LogRecorder();
        await using var host = await BuildRemoteAsync(log, new AwayStore(2));
        await host.StartAsync();
        Assert.Single(log.Lines, line => line.Id == 2801 && line.Text.Contains("TSF2002"));
        Assert.NotNull(host.Services.GetRequiredService<WorkerFleet>().Find("matrix"));
        await host.StopAsync();
    }

    [Fact]
    public async Task Host_that_waits_for_its_store_ends_when_it_is_asked_to()
    {
        var log = new LogRecorder();
        await using var host = await BuildRemoteAsync(log, new AwayStore(int.MaxValue));
        var started = host.StartAsync();
        while (!log.Has(2801))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        host.Stop("a test");
        await started.WaitAsync(TimeSpan.FromSeconds(60));
        await host.WaitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task<FunctionsHost> BuildRemoteAsync(LogRecorder log, IModelStore store) => await FunctionsHost.BuildAsync(
        CommandLine.Parse(
        [
            "--TrustedServe:Models:Store=https://store.invalid/models", "--TrustedServe:Trust:KeySource=GuestApi",
            "--TrustedServe:Http:Listen=http://127.0.0.1:0", "--TrustedServe:Health:Listen=http://127.0.0.1:0",
            $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}",
        ]),
        new HostSeams
        {
            Mode = () => TrustMode.Development,
            OpenStore = _ => store,
            Environment = [],
            Logging = logging => logging.ClearProviders().AddProvider(log),
        });

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
