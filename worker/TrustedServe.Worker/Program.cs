using System.Diagnostics;
using System.Text.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Starting;

const int MaxConfigBytes = 64 * 1024;

RuntimeDiagnostics.EnsureOff();
var time = TimeProvider.System;
using var process = Process.GetCurrentProcess();
var progress = new StartProgress(time, process.StartTime);
using var logging = LoggerFactory.Create(WorkerHost.AddLogging);
var logger = logging.CreateLogger("TrustedServe.Worker");
try
{
    var hardening = ProcessHardening.Apply();
    WorkerLog.Hardened(logger, string.Join(", ", hardening.Select(detail => $"{detail.Key}={detail.Value}")));
    progress.Publish(StartStep.Types.Phase.Hardened, hardening);
    var input = Console.OpenStandardInput();
    var config = ParentPipe.ReadFirstLine(input, MaxConfigBytes, ReadConfig);
    using var loader = new SealedModelLoader(config, time);
    ParentPipe.EndWith(input, loader.Dispose);
    await using var app = WorkerHost.Build(config, loader, progress, time);
    await WorkerHost.StartAsync(app, config, CancellationToken.None);
    await app.WaitForShutdownAsync();
    return app.Services.GetRequiredService<StartOutcome>().ExitCode;
}
catch (TsfException exception)
{
    WorkerLog.StartFailed(logger, exception.Code, exception.Message, exception.InnerException?.GetType().Name);
    return ExitCodes.Refused;
}

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
    return config;
}
