using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Waiting;

/// <summary>Asks again for what others have, a key broker or a store, as long as they are away.</summary>
/// <remarks>
/// 1. Who does not answer, or says that it cannot at the moment, is asked again; a refusal and everything else is final.
/// 2. Pauses double from one second to half a minute, each drawn from its half to its whole: a broker that comes back is not met by
///    all who wait for it at once.
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="waits">Told before each pause what the last attempt ended in.</param>
public sealed class Patience(TimeProvider time, Action<TsfException> waits)
{
    /// <summary>The longest pause in seconds.</summary>
    public const double LongestPauseSeconds = 30;

    private const double FirstPauseSeconds = 1;

    /// <summary>Whether waiting may help.</summary>
    public static bool MayHelp(TsfException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Error.HttpStatus is 502 or 503 or 504 || failure.RetryAfterSeconds is not null;
    }

    /// <summary>Asks until there is an answer.</summary>
    /// <exception cref="TsfException">A final one.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ask);
        for (var pause = FirstPauseSeconds; ; pause = Math.Min(pause * 2, LongestPauseSeconds))
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (TsfException failure) when (MayHelp(failure) && !cancellationToken.IsCancellationRequested) // 1
            {
                waits(failure);
            }

            await Task.Delay(TimeSpan.FromSeconds(pause * (0.5 + (Random.Shared.NextDouble() / 2))), time, cancellationToken).ConfigureAwait(false); // 2
        }
    }
}
