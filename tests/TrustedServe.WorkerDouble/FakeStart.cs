using System.Threading.Channels;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.WorkerDouble;

/// <summary>The start of a worker, as its model's name asks for it.</summary>
public sealed class FakeStart(WorkerConfig config)
{
    private const int RefusedExit = 3;
    private const int RetryableExit = 4;

    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(30);

    private readonly Channel<StartStep> steps = Channel.CreateUnbounded<StartStep>();
    private readonly TaskCompletionSource failureTold = new();

    public ChannelReader<StartStep> Steps => steps.Reader;

    public bool IsReady { get; private set; }

    /// <summary>Whether the weights of <c>moving</c> lie elsewhere by now, which a file says.</summary>
    public bool HasMoved => config.Model == "moving" && Told("moved");

    private int Starts => Directory.GetFiles(config.Store, $"{config.Model}.{config.Version}.start-*").Length;

    /// <summary>Leaves a trace of each start in the store's directory, where a test can count them.</summary>
    public void CountStart() => File.WriteAllText(Path.Combine(config.Store, $"{config.Model}.{config.Version}.start-{Guid.NewGuid():N}"), Environment.ProcessId.ToString());

    /// <summary>Says that a watcher was sent the failure.</summary>
    public void FailureTold() => failureTold.TrySetResult();

    public async Task RunAsync()
    {
        Step(StartStep.Types.Phase.Hardened);
        Step(StartStep.Types.Phase.KeyReleased, ("rule", "double"));
        switch (config.Model)
        {
            case "never-ready":
                return;
            case "gated":
                await GateAsync("open");
                break;
            case "half-warm" when config.Node == 0:
                // Not at all until the first word, while the other node is warm and waits for the last.
                await GateAsync("first");
                break;
            case "warming" or "half-warm":
                Step(StartStep.Types.Phase.Session);
                await GateAsync("open");
                break;
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

    /// <summary>As far as a start comes that stands before the gate; the attestation of <c>outdated</c> is over as soon as a file says so.</summary>
    public StartReport Report() => IsReady
        ? new StartReport
        {
            FetchedPercent = 100,
            UnsealedPercent = 100,
            WarmedPercent = 100,
            Ready = true,
            Weights = HasMoved ? "prepacked" : "mapped",
            AttestationSecondsLeft = config.Model == "outdated" && Told("outdated") ? 0 : config.AttestationMaxAgeSeconds,
        }
        : new StartReport { FetchedPercent = 60, UnsealedPercent = 40, Spans = { new StartSpan { Name = "unseal", Started = 0.5 } } };

    // Goes on when a test says so by a file; until then it waits for its broker when a test says so.
    private async Task GateAsync(string word)
    {
        for (var waits = false; !Told(word); waits |= Told("wait"))
        {
            if (Told("wait") && !waits)
            {
                await steps.Writer.WriteAsync(new StartStep { Phase = StartStep.Types.Phase.Waiting, Code = "TSF3002", Message = "No answer from the broker." });
            }

            if (Told("refuse"))
            {
                await FailAsync("TSF3004", "the policy says no", retryable: false, RefusedExit);
            }

            await Task.Delay(10);
        }
    }

    private bool Told(string what) => File.Exists(Path.Combine(config.Store, what));

    private async Task FailAsync(string code, string message, bool retryable, int exit)
    {
        await steps.Writer.WriteAsync(new StartStep { Phase = StartStep.Types.Phase.Failed, Code = code, Message = message, Retryable = retryable });
        await Task.WhenAny(failureTold.Task, Task.Delay(LongestStay));
        await Task.Delay(TimeSpan.FromSeconds(2)); // for the step to arrive
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
