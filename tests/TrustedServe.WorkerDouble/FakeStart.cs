using System.Threading.Channels;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.WorkerDouble;

/// <summary>The start of a worker, as its model's name asks for it.</summary>
public sealed class FakeStart(WorkerConfig config)
{
    private const int RefusedExit = 3;
    private const int RetryableExit = 4;

    private readonly Channel<StartStep> steps = Channel.CreateUnbounded<StartStep>();

    public ChannelReader<StartStep> Steps => steps.Reader;

    public bool IsReady { get; private set; }

    private int Starts => Directory.GetFiles(config.Store, $"{config.Model}.{config.Version}.start-*").Length;

    /// <summary>Leaves a trace of each start in the store's directory, where a test can count them.</summary>
    public void CountStart() => File.WriteAllText(Path.Combine(config.Store, $"{config.Model}.{config.Version}.start-{Guid.NewGuid():N}"), Environment.ProcessId.ToString());

    public async Task RunAsync()
    {
        Step(StartStep.Types.Phase.Hardened);
        Step(StartStep.Types.Phase.KeyReleased, ("rule", "double"));
        switch (config.Model)
        {
            case "never-ready":
                return;
            case "refused":
                await FailAsync("TSF3001", "the key is not for this guest", retryable: false, RefusedExit);
                break;
            case "broker-away" when Starts < 3:
                await FailAsync("TSF2001", "nobody answers", retryable: true, RetryableExit);
                break;
        }

        IsReady = true;
        Step(StartStep.Types.Phase.Ready);
        if (config.Model == "dies-after-ready")
        {
            await Task.Delay(50);
            Environment.Exit(139);
        }
    }

    private async Task FailAsync(string code, string message, bool retryable, int exit)
    {
        await steps.Writer.WriteAsync(new StartStep { Phase = StartStep.Types.Phase.Failed, Code = code, Message = message, Retryable = retryable });
        await Task.Delay(300);
        Environment.Exit(exit);
    }

    private void Step(StartStep.Types.Phase phase, params (string Key, string Value)[] details)
    {
        var step = new StartStep { Phase = phase, Seconds = 0.25 };
        foreach (var (key, value) in details)
        {
            step.Details[key] = value;
        }

        steps.Writer.TryWrite(step);
    }
}
