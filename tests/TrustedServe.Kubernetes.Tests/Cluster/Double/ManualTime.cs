namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>
/// The real clock, but for timers of one length: those fire when the test says so. So a limit is over exactly when the test wants it to
/// be, on a machine of any speed.
/// </summary>
internal sealed class ManualTime(TimeSpan length) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<(TimerCallback Callback, object? State)> waiting = [];
    private bool isOver;

    /// <summary>Fires every such timer, also those that are still to come.</summary>
    public void Fire()
    {
        List<(TimerCallback Callback, object? State)> due;
        lock (gate)
        {
            isOver = true;
            due = [.. waiting];
            waiting.Clear();
        }

        foreach (var (callback, state) in due)
        {
            callback(state);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != length)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        lock (gate)
        {
            if (!isOver)
            {
                waiting.Add((callback, state));
                return base.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
