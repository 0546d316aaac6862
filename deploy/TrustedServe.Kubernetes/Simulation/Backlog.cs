namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What has arrived and was not begun, first come first served, as a flow: parts of a request are served like whole ones.</summary>
internal sealed class Backlog(LatencyCounts latencies)
{
    // Less than this is what rounding leaves.
    private const double Nothing = 1e-6;

    private readonly Queue<(double At, double Count)> parcels = new();
    private double headCount;

    /// <summary>How many wait.</summary>
    public double Waiting { get; private set; }

    /// <summary>How many wait, in whole requests.</summary>
    public long Whole => (long)Math.Ceiling(Waiting - Nothing);

    /// <summary>Adds arrivals whose middle is at a time.</summary>
    public void Add(double at, double count)
    {
        if (count > 0)
        {
            if (parcels.Count == 0)
            {
                headCount = count;
            }

            parcels.Enqueue((at, count));
            Waiting += count;
        }
    }

    /// <summary>Serves, from the oldest on, for a time.</summary>
    /// <param name="from">When it begins.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="perSecond">How many a second.</param>
    /// <param name="serviceSeconds">What one takes by itself, added to its wait.</param>
    /// <returns>How many were served, and the longest latency among them.</returns>
    public (double Served, double Longest) Serve(double from, double seconds, double perSecond, double serviceSeconds)
    {
        var left = seconds * perSecond;
        var served = 0.0;
        var longest = 0.0;
        while (left > Nothing && parcels.TryPeek(out var head))
        {
            var part = Math.Min(left, headCount);
            var latency = Math.Max(0, from + ((served + (part / 2)) / perSecond) - head.At) + serviceSeconds;
            latencies.Add(latency, part);
            longest = Math.Max(longest, latency);
            served += part;
            left -= part;
            headCount -= part;
            if (headCount <= Nothing)
            {
                parcels.Dequeue();
                headCount = parcels.TryPeek(out var next) ? next.Count : 0;
            }
        }

        Waiting = parcels.Count == 0 ? 0 : Math.Max(0, Waiting - served);
        return (served, longest);
    }

    /// <summary>Counts what still waits at the end with the age that it has.</summary>
    public void CountWaiting(double now)
    {
        var first = true;
        foreach (var (at, count) in parcels)
        {
            latencies.Add(Math.Max(0, now - at), first ? headCount : count);
            first = false;
        }
    }
}
