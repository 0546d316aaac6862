using TrustedServe.Protocol.Waiting;

namespace TrustedServe.Functions.Waiting;

/// <summary>Waits for what the front end needs before it can listen, instead of ending because others are away; says once for each cause what it is.</summary>
internal static partial class OutsideWait
{
    /// <summary>Asks until there is an answer.</summary>
    /// <param name="what">What is asked for, for the log.</param>
    /// <param name="ask">Asks once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it is said.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="Protocol.Errors.TsfException">A refusal, or what waiting does not change.</exception>
    public static Task<T> RunAsync<T>(string what, Func<Task<T>> ask, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        string? said = null;
        var patience = new Patience(time, cause =>
        {
            if (said != cause.Code)
            {
                said = cause.Code;
                LogWaits(logger, what, cause.Code, cause.Message, Patience.LongestPauseSeconds);
            }
        });
        return patience.RunAsync(ask, cancellationToken);
    }

    [LoggerMessage(2801, LogLevel.Warning, "Waiting for {What}, {Code}: {Reason} Asked again in pauses that grow to {Seconds} s")]
    private static partial void LogWaits(ILogger logger, string what, string code, string reason, double seconds);
}
