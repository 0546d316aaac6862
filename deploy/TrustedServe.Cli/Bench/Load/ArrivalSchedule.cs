namespace TrustedServe.Cli.Bench.Load;

/// <summary>When the requests of an open loop arrive, fixed before it begins: callers who do not know of each other (a Poisson process).</summary>
internal sealed class ArrivalSchedule
{
    private readonly TimeSpan[] times;
    private int next = -1;

    private ArrivalSchedule(TimeSpan[] times) => this.times = times;

    /// <summary>All of them, in order.</summary>
    public IReadOnlyList<TimeSpan> Times => times;

    /// <summary>How many nobody took.</summary>
    public int Untaken => Math.Max(0, times.Length - 1 - Volatile.Read(ref next));

    /// <summary>Makes the arrivals of a time.</summary>
    public static ArrivalSchedule Create(double rate, TimeSpan length, int seed)
    {
        var random = new Random(seed);
        var times = new List<TimeSpan>();
        for (var at = 0.0; times.Count < LoadPlan.MaxArrivals;)
        {
            at -= Math.Log(1 - random.NextDouble()) / rate;
            if (at >= length.TotalSeconds)
            {
                break;
            }

            times.Add(TimeSpan.FromSeconds(at));
        }

        return new ArrivalSchedule([.. times]);
    }

    /// <summary>The next that nobody has taken; false at the end.</summary>
    public bool TryTake(out int index, out TimeSpan at)
    {
        index = Interlocked.Increment(ref next);
        at = index < times.Length ? times[index] : default;
        return index < times.Length;
    }
}
