namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>How many jobs KEDA makes for a ScaledJob at one polling.</summary>
public sealed record JobScaling
{
    /// <summary>How existing jobs count; default: <see cref="JobStrategy.Default"/>.</summary>
    public JobStrategy Strategy { get; init; } = JobStrategy.Default;

    /// <summary>Of <see cref="JobStrategy.Custom"/>: taken off the wished jobs.</summary>
    public int QueueLengthDeduction { get; init; }

    /// <summary>Of <see cref="JobStrategy.Custom"/>: the share (0 to 1) of unfinished jobs that is taken off.</summary>
    public double RunningJobPercentage { get; init; }

    /// <summary>Counts them.</summary>
    /// <param name="queueLength">Messages that the trigger counts.</param>
    /// <param name="running">Unfinished jobs, those that have not begun included.</param>
    /// <param name="pending">Unfinished jobs whose pod does not run yet.</param>
    /// <param name="settings">Target, limits and activation.</param>
    public int ToCreate(long queueLength, int running, int pending, ScaleSettings settings)
    {
        if (!(queueLength > settings.Activation))
        {
            queueLength = 0; // a trigger that is not active counts nothing
        }

        if (running < settings.MinReplicas)
        {
            return settings.MinReplicas - running;
        }

        var most = settings.MaxReplicas;
        var wish = (int)Math.Min(most, Math.Ceiling(queueLength / settings.Target));
        var counted = running - settings.MinReplicas;
        var (allowed, asked) = Strategy switch
        {
            JobStrategy.Custom => (Math.Min(wish - QueueLengthDeduction - (int)(counted * RunningJobPercentage), most), queueLength),
            JobStrategy.Accurate => (wish + counted > most ? most - counted : wish - pending, queueLength),
            JobStrategy.Eager => (Math.Min(most - counted - pending, wish), most),
            _ => (wish - counted, queueLength),
        };
        return queueLength == 0 ? 0 : (int)Math.Max(0, Math.Min(allowed, asked));
    }
}
