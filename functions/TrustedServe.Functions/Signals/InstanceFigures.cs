namespace TrustedServe.Functions.Signals;

/// <summary>What this instance has in hand for one model version.</summary>
/// <param name="InFlight">Requests over HTTP between arrival and answer.</param>
/// <param name="Waiting">Calls that wait for a lane.</param>
/// <param name="QueueSeconds">How long calls waited for a lane on average of late.</param>
/// <param name="Lanes">How many calls are computed at once.</param>
/// <param name="Jobs">Batch jobs.</param>
/// <param name="Rows">Rows that they have left.</param>
/// <param name="Seconds">Seconds that this instance needs for those.</param>
internal readonly record struct InstanceFigures(long InFlight, long Waiting, double QueueSeconds, int Lanes, int Jobs, double Rows, double Seconds)
{
    /// <summary>Of several versions of a model; of their times in the queue the longest.</summary>
    public static InstanceFigures operator +(InstanceFigures left, InstanceFigures right) => new(
        left.InFlight + right.InFlight,
        left.Waiting + right.Waiting,
        Math.Max(left.QueueSeconds, right.QueueSeconds),
        left.Lanes + right.Lanes,
        left.Jobs + right.Jobs,
        left.Rows + right.Rows,
        left.Seconds + right.Seconds);
}
