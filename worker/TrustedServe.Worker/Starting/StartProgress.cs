using System.Runtime.CompilerServices;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Starting;

/// <summary>The steps of the start: kept for who comes later, sent on to who watches.</summary>
/// <param name="time">The clock.</param>
/// <param name="started">When the process started.</param>
internal sealed class StartProgress(TimeProvider time, DateTimeOffset started)
{
    private readonly Lock gate = new();
    private readonly List<StartStep> steps = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Which part took from when to when.</summary>
    public StartTimeline Timeline { get; } = new(time, started);

    /// <summary>Bytes of the sealed package that have come from the store.</summary>
    public StartPortion Fetched { get; } = new();

    /// <summary>Bytes of plaintext that are decrypted and checked.</summary>
    public StartPortion Unsealed { get; } = new();

    /// <summary>Warm-up samples that gave what they must.</summary>
    public StartPortion Warmed { get; } = new();

    /// <summary>Adds a step, unless an earlier attempt of a start that waited had come as far.</summary>
    public void Publish(StartStep.Types.Phase phase, IEnumerable<KeyValuePair<string, string>>? details = null)
    {
        var step = new StartStep { Phase = phase };
        foreach (var (name, value) in details ?? [])
        {
            step.Details[name] = value;
        }

        Add(step);
    }

    /// <summary>Adds what the start waits for, unless it was said last.</summary>
    /// <returns>Whether it is said for the first time.</returns>
    public bool Wait(TsfException cause) =>
        Add(new StartStep { Phase = StartStep.Types.Phase.Waiting, Code = cause.Code, Message = cause.Message });

    /// <summary>Adds the failed end.</summary>
    public void Fail(TsfException exception, bool retryable) =>
        Add(new StartStep { Phase = StartStep.Types.Phase.Failed, Code = exception.Code, Message = exception.Message, Retryable = retryable });

    /// <summary>Every step so far and then each as it comes; ends after the last one of a start.</summary>
    public async IAsyncEnumerable<StartStep> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = 0; ;)
        {
            StartStep[] fresh;
            Task more;
            lock (gate)
            {
                fresh = [.. steps.Skip(next)];
                more = changed.Task;
            }

            foreach (var step in fresh)
            {
                yield return step;
                if (step.Phase is StartStep.Types.Phase.Ready or StartStep.Types.Phase.Failed)
                {
                    yield break;
                }
            }

            next += fresh.Length;
            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool Add(StartStep step)
    {
        TaskCompletionSource previous;
        lock (gate)
        {
            if (step.Phase == StartStep.Types.Phase.Waiting
                ? steps.LastOrDefault() is { Phase: StartStep.Types.Phase.Waiting } last && last.Code == step.Code
                : steps.Exists(before => before.Phase == step.Phase))
            {
                return false;
            }

            step.Seconds = Math.Round(Timeline.Now, 3);
            steps.Add(step);
            (previous, changed) = (changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        previous.SetResult();
        return true;
    }
}
