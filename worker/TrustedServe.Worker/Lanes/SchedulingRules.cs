using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Scheduling;
using TrustedServe.Worker.Statistics;

namespace TrustedServe.Worker.Lanes;

/// <summary>Constants and small decisions of SCHEDULING.md.</summary>
internal static class SchedulingRules
{
    /// <summary>5. By how much waiting a request comes up one priority.</summary>
    public static readonly TimeSpan PriorityStep = TimeSpan.FromMilliseconds(250);

    /// <summary>13. The caller of the worker's own warm-up samples; the front end's tags are hexadecimal.</summary>
    public const string OwnCaller = "warm-up";

    // 3. A caller that is told to come back later than this will rather ask elsewhere.
    private const int LongestRetryAfter = 60;

    /// <summary>8. Whether other requests may share a run that begins with one of this caller.</summary>
    public static bool Shares(Merging merging, string caller) => caller != OwnCaller && merging switch
    {
        Merging.None => false,
        Merging.SameCaller => caller is not ("" or SchedulingParameters.QueueCaller),
        _ => true,
    };

    /// <summary>4. The end of a request's time.</summary>
    public static TsfException Expired() => TsfErrors.DeadlineExceeded.With("The deadline passed before the model had answered.");

    /// <summary>3. When a caller may find room: after the time that what waits was measured to take.</summary>
    public static int RetryAfterSeconds(long waitingTokens, IReadOnlyList<Lane> lanes)
    {
        var seconds = waitingTokens * ComputeCost.SecondsPerToken(lanes) / lanes.Count;
        return (int)Math.Clamp(Math.Ceiling(seconds), 1, LongestRetryAfter);
    }
}
