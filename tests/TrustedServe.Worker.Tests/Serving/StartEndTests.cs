using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class StartEndTests
{
    [Theory]
    [InlineData("TSF2006", ExitCodes.Retryable)]
    [InlineData("TSF0006", ExitCodes.Retryable)]
    [InlineData("TSF1004", ExitCodes.Refused)]
    public async Task Failure_IsRetryable_WhenAnotherTimeCouldChangeIt(string code, int exit)
    {
        using var directory = new TemporaryDirectory();
        await using var app = await StartAsync(directory, new ScriptedLoader(_ => throw TsfErrors.Find(code)!.With("A test.")));
        await app.WaitForShutdownAsync();
        Assert.Equal(exit, app.Services.GetRequiredService<StartOutcome>().ExitCode);
    }

    [Fact]
    public async Task Stop_InTheMiddleOfTheStart_IsNoFailure_WhateverItMakesFail()
    {
        using var directory = new TemporaryDirectory();
        var begun = new TaskCompletionSource();
        await using var app = await StartAsync(directory, new ScriptedLoader(async stopping =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw TsfErrors.Cancelled.With("What a lane says to a caller that left.");
        }));
        await begun.Task;
        await app.StopAsync();
        Assert.Equal(0, app.Services.GetRequiredService<StartOutcome>().ExitCode);
    }

    [Fact]
    public async Task Failure_BeforeTheListenerIsUp_KeepsItsExitCode()
    {
        using var directory = new TemporaryDirectory();
        await using var app = await StartAsync(
            directory,
            new ScriptedLoader(_ => throw TsfErrors.SealedSizeMismatch.With("A test.")),
            slow => slow.Use(next =>
            {
                // Runs while the listener comes up.
                Assert.True(slow.Lifetime.ApplicationStopping.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
                return next;
            }));
        await app.WaitForShutdownAsync();
        Assert.Equal(ExitCodes.Refused, app.Services.GetRequiredService<StartOutcome>().ExitCode);
    }

    [Fact]
    public async Task Stop_ReachesTheStartAtOnce_BeforeTheListenerHasDrained()
    {
        using var directory = new TemporaryDirectory();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(directory, new ScriptedLoader(async stopping =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.SetResult();
        }));
        app.Lifetime.StopApplication();
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await app.StopAsync();
        Assert.Equal(0, app.Services.GetRequiredService<StartOutcome>().ExitCode);
    }

    [Fact]
    public async Task Worker_IsNotDisposedOf_WhileItsStartUsesIt_HoweverLongThatTakes()
    {
        using var directory = new TemporaryDirectory();
        var native = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var app = await StartAsync(directory, new ScriptedLoader(_ =>
        {
            begun.SetResult();
            return native.Task;
        }));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // As when others had the whole time of the shutdown.
        await app.StopAsync(new CancellationToken(canceled: true));
        var disposed = app.DisposeAsync().AsTask();
        await Task.WhenAny(disposed, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        Assert.False(disposed.IsCompleted);
        native.SetResult();
        await disposed.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task<WebApplication> StartAsync(TemporaryDirectory directory, IModelLoader loader, Action<WebApplication>? change = null)
    {
        var config = new WorkerConfig { Model = "m", Version = "1", Store = "/nowhere", Socket = directory["worker.sock"], Trust = new TrustConfig() };
        var app = WorkerHost.Build(config, loader, new StartProgress(TimeProvider.System, TimeProvider.System.GetUtcNow()), TimeProvider.System);
        change?.Invoke(app);
        await WorkerHost.StartAsync(app, config, CancellationToken.None);
        return app;
    }

    private sealed class ScriptedLoader(Func<CancellationToken, Task> load) : IModelLoader
    {
        public async Task<UnsealedModel> LoadAsync(StartProgress progress, CancellationToken cancellationToken)
        {
            await load(cancellationToken);
            throw new InvalidOperationException("The script gives no model.");
        }

        public Task<string> AttestAgainAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("There is nothing to attest for.");

        public void Discard()
        {
        }
    }
}
