using System.Diagnostics;
using System.Text.Json;
using TrustedServe.Attestation.Modes;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Topology;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Starting;

const int MaxConfigBytes = 64 * 1024;

var preparation = Task.CompletedTask;
try
{
    RuntimeDiagnostics.EnsureOff();
    return await RunAsync();
}
catch (Exception exception)
{
    var failure = WorkerStart.AsTsf(exception);
    using var logging = LoggerFactory.Create(WorkerHost.AddLogging);
    WorkerLog.StartFailed(logging.CreateLogger("TrustedServe.Worker"), failure.Code, failure.Message, failure.InnerException?.GetType().Name);
    return failure.Error == TsfErrors.Internal ? ExitCodes.Retryable : ExitCodes.Refused;
}
finally
{
    // Native code that is still being brought up while the process ends takes it down with a fault instead of the exit code.
    await preparation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

async Task<int> RunAsync()
{
    var time = TimeProvider.System;
    using var process = Process.GetCurrentProcess();
    var progress = new StartProgress(time, process.StartTime);
    progress.Timeline.Add("runtime", 0);
    var hardening = ProcessHardening.Apply();
    preparation = new EnginePreparation(progress.Timeline).BeginAsync();
    var beginning = progress.Timeline.Now;
    progress.Publish(StartStep.Types.Phase.Hardened, hardening);
    var input = Console.OpenStandardInput();
    var config = ParentPipe.ReadFirstLine(input, MaxConfigBytes, ReadConfig);
    progress.Timeline.Add("configuration", beginning);
    var placing = progress.Timeline.Now;
    var placed = Place(config);
    progress.Timeline.Add("placement", placing);
    using var loader = new SealedModelLoader(config, time);
    ParentPipe.EndWith(input, loader.Dispose);
    await using var early = EarlyLoader.Begin(loader, progress);

    // Only now: the first lines of a log take a fifth of a second, in which the key can be asked for.
    using (var logging = LoggerFactory.Create(WorkerHost.AddLogging))
    {
        var log = logging.CreateLogger("TrustedServe.Worker");
        WorkerLog.Hardened(log, string.Join(", ", hardening.Select(detail => $"{detail.Key}={detail.Value}")));
        WorkerLog.Placed(log, config.Node, CpuList.Format(placed.ActualCores), placed.Affinity);
    }

    await using var app = WorkerHost.Build(config, early, progress, time);
    await WorkerHost.StartAsync(app, config, CancellationToken.None);
    progress.Timeline.Add("listener", beginning);
    await app.WaitForShutdownAsync();
    return app.Services.GetRequiredService<StartOutcome>().ExitCode;
}

// Before anything large is written: threads inherit their place, and memory comes from the node of the core that writes it.
static AppliedPlacement Place(WorkerConfig config) => ProcessPlacement.Apply(config.Cores.Count > 0 ? WorkerPlacement.OfThisMachine(config).Cores : []);

static WorkerConfig ReadConfig(ReadOnlySpan<byte> line)
{
    WorkerConfig config;
    try
    {
        config = JsonSerializer.Deserialize<WorkerConfig>(line, StrictJson.Compact)
            ?? throw TsfErrors.InvalidSettings.With("The worker's configuration is null.");
    }
    catch (JsonException exception)
    {
        // Its text can quote values; the place is enough.
        throw TsfErrors.InvalidSettings.With($"The worker's configuration is not the JSON that it must be, at {exception.Path}.");
    }

    WorkerConfigRules.Check(config);
    WorkerConfigRules.CheckTrust(config, TrustModes.Decide());
    return config;
}
