using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Starting;

/// <summary>Keeps the attestation of a worker that serves younger than its greatest age.</summary>
/// <remarks>
/// 1. It attests again at 72 to 80 % of the age, drawn anew each time, so that workers that started together do not beat in step.
/// 2. What another time could change is tried again, with pauses that double, until the age is over.
/// 3. A refusal ends it at once; so does the end of the age, even in the middle of an attempt.
/// The age counts from the beginning of an attestation that succeeded, on the monotonic clock.
/// </remarks>
internal sealed class AttestationRenewal(WorkerConfig config, IModelLoader loader, TimeProvider time, ILogger<AttestationRenewal> logger)
{
    private const double LatestPart = 0.8;
    private const double Jitter = 0.1;
    private const double FirstPauseSeconds = 1;
    private const double LongestPauseSeconds = 60;

    private readonly TimeSpan age = TimeSpan.FromSeconds(config.AttestationMaxAgeSeconds);
    private volatile Attested? last;

    /// <summary>For how long the attestation is still good; null before there is one that a model serves under.</summary>
    public TimeSpan? Left => last is not { } attested ? null
        : attested.IsOver ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Max(0, (age - time.GetElapsedTime(attested.Since)).Ticks));

    /// <summary>Runs as long as the worker may serve.</summary>
    /// <param name="attested">The timestamp from which the age of the first attestation counts.</param>
    /// <param name="stopping">Cancelled when the worker stops.</param>
    /// <returns>Why it may not any more; null when it stops.</returns>
    public async Task<TsfException?> RunAsync(long attested, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                last = new Attested(attested, IsOver: false);

                // 1
                await WaitAsync(Next() - time.GetElapsedTime(attested), stopping).ConfigureAwait(false);
                var begun = attested;
                if (await RenewAsync(attested, started => begun = started, stopping).ConfigureAwait(false) is { } reason)
                {
                    last = new Attested(attested, IsOver: true);
                    return reason;
                }

                attested = begun;
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever the stop made fail is no reason.
            return null;
        }
    }

    private TimeSpan Next() => age * (LatestPart * (1 - (Jitter * Random.Shared.NextDouble())));

    private async Task<TsfException?> RenewAsync(long attested, Action<long> renewed, CancellationToken stopping)
    {
        var failure = TsfErrors.AttestationExpired.With($"There was no answer before the greatest age of {age.TotalSeconds:0} s was over.");
        for (var pause = FirstPauseSeconds; ; pause = Math.Min(pause * 2, LongestPauseSeconds))
        {
            var left = age - time.GetElapsedTime(attested);
            if (left <= TimeSpan.Zero)
            {
                return failure;
            }

            using var over = new CancellationTokenSource(left, time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(over.Token, stopping);
            var begun = time.GetTimestamp();
            try
            {
                var trust = await loader.AttestAgainAsync(ending.Token).WaitAsync(ending.Token).ConfigureAwait(false);
                renewed(begun);
                WorkerLog.AttestedAgain(logger, trust, Math.Round((age * LatestPart).TotalSeconds));
                return null;
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                // 3
                return failure;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                failure = WorkerStart.AsTsf(exception);
            }

            // 3
            if (!WorkerStart.IsRetryable(failure))
            {
                return failure;
            }

            // 2
            left = age - time.GetElapsedTime(attested);
            var wait = TimeSpan.FromSeconds(Math.Clamp(pause * (0.5 + (Random.Shared.NextDouble() / 2)), 0, Math.Max(left.TotalSeconds, 0)));
            WorkerLog.AttestationFailed(logger, failure.Code, failure.Message, Math.Round(wait.TotalSeconds, 1), Math.Round(left.TotalSeconds));
            await WaitAsync(wait, stopping).ConfigureAwait(false);
        }
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken stopping) =>
        wait > TimeSpan.Zero ? Task.Delay(wait, time, stopping) : Task.CompletedTask;

    private sealed record Attested(long Since, bool IsOver);
}
