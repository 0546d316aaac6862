using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Supervision;

/// <summary>Decides what follows the end of a worker: another start, and when, or none.</summary>
/// <remarks>
/// 1. A refusal is final: another start would be refused too.
/// 2. An end during the start or within <see cref="ShortLife"/> of readiness counts towards the crash limit; a longer life starts
///    the count anew. A failure that the worker itself calls retryable (a broker that does not answer) does not count: it is not the
///    worker that is broken, and the model comes back by itself when the cause is gone.
/// 3. A worker that had been ready is started again at once: one that was killed is back after no more than its start. For the next ends
///    the pause doubles from half a second to half a minute, each with up to a fifth more, so that workers do not start in step.
/// </remarks>
internal sealed class RestartPolicy(int crashLimit)
{
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private int crashes;
    private int starts;
    private bool startedAtOnce;

    /// <summary>Takes note of an end.</summary>
    /// <param name="end">How the worker ended.</param>
    /// <returns>How long to wait before the next start; null for no other start.</returns>
    public TimeSpan? After(WorkerEnd end)
    {
        // 1. Refused.
        if (end.Kind == WorkerEndKind.Refused)
        {
            return null;
        }

        // 2. Crash loop.
        if (end.Lived >= ShortLife)
        {
            (crashes, starts, startedAtOnce) = (0, 0, false);
        }

        if (end.Kind == WorkerEndKind.Crashed && ++crashes >= crashLimit)
        {
            return null;
        }

        // 3. At once, then back-off.
        if (end.Lived > TimeSpan.Zero && !startedAtOnce)
        {
            startedAtOnce = true;
            return TimeSpan.Zero;
        }

        var pause = Math.Min(FirstPause.TotalSeconds * Math.Pow(2, starts++), LongestPause.TotalSeconds);
        return TimeSpan.FromSeconds(pause * (1 + (Random.Shared.NextDouble() / 5)));
    }

    /// <summary>The failure of a model whose worker is not started again.</summary>
    public TsfException Failure(WorkerEnd end) => end.Kind == WorkerEndKind.Refused
        ? TsfErrors.ModelFailed.With($"The model's worker refused to {(end.Lived > TimeSpan.Zero ? "go on" : "start")}: {end.Code}.")
        : TsfErrors.ModelFailed.With($"The model's worker ended {crashes} times in a row: {end.Code}.");
}
