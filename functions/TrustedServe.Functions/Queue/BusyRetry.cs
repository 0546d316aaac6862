using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>Repeats what failed only because a worker is full, starting, or ends and is started again, with growing pauses, within a limit.</summary>
internal sealed class BusyRetry(TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The first answer that is not busy.</summary>
    /// <exception cref="TsfException">What is not a matter of waiting, or the last answer once the limit is reached.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Min(pause * 2, LongestPause))
        {
            try
            {
                return await call();
            }
            catch (TsfException busy) when (IsBusy(busy.Error) && time.GetElapsedTime(began) < limit)
            {
                // What the worker asks for is not exceeded by much, and never trusted to be short. The jitter keeps batches apart.
                var asked = busy.RetryAfterSeconds is > 0 and var seconds ? Min(TimeSpan.FromSeconds(seconds), LongestPause) : pause;
                await Task.Delay(asked * (0.5 + Random.Shared.NextDouble()), time, cancellationToken);
            }
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    // Whether waiting may help.
    private static bool IsBusy(ErrorCode error) =>
        error == TsfErrors.Overloaded || error == TsfErrors.ModelNotReady || error == TsfErrors.WorkerLost || error == TsfErrors.AttestationExpired;
}
