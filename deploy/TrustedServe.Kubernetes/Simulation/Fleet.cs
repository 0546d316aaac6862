namespace TrustedServe.Kubernetes.Simulation;

/// <summary>Instances that start and go. What is taken away goes first from those that still start, as a Deployment does it.</summary>
internal sealed class Fleet
{
    private readonly LinkedList<(double ReadyAt, int Count)> starting = new();

    /// <summary>Instances that are wanted, ready or starting.</summary>
    public int Wanted { get; private set; }

    /// <summary>Instances that are ready.</summary>
    public int Ready { get; private set; }

    /// <summary>Instances that were started.</summary>
    public int Started { get; private set; }

    /// <summary>Begins with some that are ready.</summary>
    public Fleet(int ready)
    {
        Ready = ready;
        Wanted = ready;
    }

    /// <summary>Makes those ready whose time has come.</summary>
    public void Advance(double now)
    {
        while (starting.First is { } first && first.Value.ReadyAt <= now)
        {
            Ready += first.Value.Count;
            starting.RemoveFirst();
        }
    }

    /// <summary>Starts instances or takes some away.</summary>
    public void Scale(double now, int wanted, double coldStart)
    {
        if (wanted > Wanted)
        {
            starting.AddLast((now + coldStart, wanted - Wanted));
            Started += wanted - Wanted;
        }

        for (var surplus = Wanted - wanted; surplus > 0;)
        {
            if (starting.Last is not { } last)
            {
                Ready -= surplus;
                break;
            }

            var gone = Math.Min(surplus, last.Value.Count);
            surplus -= gone;
            starting.RemoveLast();
            if (last.Value.Count > gone)
            {
                starting.AddLast((last.Value.ReadyAt, last.Value.Count - gone));
            }
        }

        Wanted = wanted;
    }
}
