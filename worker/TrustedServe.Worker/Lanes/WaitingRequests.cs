using TrustedServe.Protocol.Scheduling;

namespace TrustedServe.Worker.Lanes;

/// <summary>All requests that have rows waiting, and who is next. Not safe for threads by itself. The numbers are those of SCHEDULING.md.</summary>
/// <param name="step">By how much waiting a request comes up one priority, in ticks of the clock.</param>
internal sealed class WaitingRequests(long step)
{
    // Callers that have nothing waiting are remembered for their share until there are this many.
    private const int MostRemembered = 1024;

    // A run is filled from so many at most, so that a long line does not hold up the lane that waits for it.
    private const int MostLookedAt = 1024;

    private readonly Dictionary<string, CallerLine> callers = new(StringComparer.Ordinal);
    private readonly List<CallerLine> waiting = [];
    private long turn;

    /// <summary>How many requests wait.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of the rows that wait.</summary>
    public long Tokens { get; private set; }

    /// <summary>Puts a request in.</summary>
    public void Add(LaneWork work)
    {
        if (!callers.TryGetValue(work.Caller, out var caller))
        {
            Forget();
            caller = new CallerLine(work.Caller);
            callers.Add(work.Caller, caller);
        }

        if (caller.Count == 0)
        {
            // 6. Who was away has saved nothing up, and owes nothing that the others do not.
            caller.Served = Math.Max(caller.Served, waiting.Count > 0 ? waiting.Min(static other => other.Served) : turn);
            caller.Place = waiting.Count;
            waiting.Add(caller);
        }

        caller.Add(work);
        Count++;
        Tokens += work.TokensLeft;
    }

    /// <summary>Takes a request out, wherever it stands.</summary>
    public void Remove(LaneWork work)
    {
        var caller = callers[work.Caller];
        caller.Remove(work);
        Count--;
        Tokens -= work.TokensLeft;
        if (caller.Count == 0)
        {
            waiting[caller.Place] = waiting[^1];
            waiting[caller.Place].Place = caller.Place;
            waiting.RemoveAt(waiting.Count - 1);
        }
    }

    /// <summary>Gives the rows of a run to a lane; requests of which no row is left are taken out.</summary>
    public void Take(LaneBatch batch)
    {
        turn = callers[batch.Parts[0].Work.Caller].Served;
        foreach (var part in batch.Parts)
        {
            var work = part.Work;
            var tokens = work.TokensLeft;
            if (part.First + part.Count == work.Rows)
            {
                Remove(work);
            }
            else
            {
                tokens = part.Tokens;
                Tokens -= tokens;
            }

            callers[work.Caller].Served += tokens;
            work.Taken += part.Count;
            work.TokensLeft -= tokens;
        }
    }

    /// <summary>The request whose turn it is; null when none waits.</summary>
    public LaneWork? First(long now)
    {
        // 13. All others wait for them.
        if (callers.TryGetValue(SchedulingRules.OwnCaller, out var own) && own.Count > 0)
        {
            return FirstOf(own, now).Work;
        }

        LaneWork? best = null;
        var (bestLevel, bestServed) = (long.MaxValue, long.MaxValue);
        foreach (var caller in waiting)
        {
            var (work, level) = FirstOf(caller, now);
            if (level < bestLevel || (level == bestLevel && caller.Served < bestServed))
            {
                (best, bestLevel, bestServed) = (work, level, caller.Served);
            }
        }

        return best;
    }

    /// <summary>Whom a full line refuses when this request comes (rule 3): the request itself, or one that waits.</summary>
    public LaneWork RefusedFor(LaneWork arriving)
    {
        var own = callers.TryGetValue(arriving.Caller, out var line) ? line : null;
        var (most, longest) = ((own?.Count ?? 0) + 1, own);
        foreach (var caller in waiting)
        {
            if (caller.Count > most && caller.Caller != SchedulingRules.OwnCaller)
            {
                (most, longest) = (caller.Count, caller);
            }
        }

        var last = longest?.LeastUrgent();
        return last is null || last.Taken > 0 || (longest == own && last.Priority <= arriving.Priority) ? arriving : last;
    }

    /// <summary>Fills a run up with other requests that fit whole (rule 8): urgent ones first, and of those the callers that have had least.</summary>
    /// <param name="batch">The run, with the request that begins it.</param>
    /// <param name="limits">How far it may go.</param>
    /// <param name="share">How many tokens it is filled up to, without padding and rounded up to a row.</param>
    public void Fill(LaneBatch batch, BatchLimits limits, long share)
    {
        var begun = batch.Parts[0].Work;
        var left = MostLookedAt;
        var only = limits.Merging == Merging.SameCaller ? callers[begun.Caller] : null;
        if (only is null)
        {
            Order();
        }

        for (var priority = 0; priority < RequestPriority.Count; priority++)
        {
            for (var place = 0; place < (only is null ? waiting.Count : 1); place++)
            {
                if (!AddFrom(only ?? waiting[place], priority))
                {
                    return;
                }
            }
        }

        // Whether more may be added.
        bool AddFrom(CallerLine caller, int priority)
        {
            for (var work = caller.FirstOf(priority); work is not null; work = work.Next)
            {
                if (left-- == 0 || batch.Tokens >= share || batch.IsFull(limits))
                {
                    return false;
                }

                if (work != begun && batch.Tokens + work.TokensLeft < share + work.LengthAt(work.Taken))
                {
                    batch.TryAdd(work, limits);
                }
            }

            return true;
        }
    }

    /// <summary>All that wait.</summary>
    public List<LaneWork> All()
    {
        var all = new List<LaneWork>(Count);
        foreach (var caller in waiting)
        {
            for (var priority = 0; priority < RequestPriority.Count; priority++)
            {
                for (var work = caller.FirstOf(priority); work is not null; work = work.Next)
                {
                    all.Add(work);
                }
            }
        }

        return all;
    }

    private void Order()
    {
        if (waiting.Count < 2)
        {
            return;
        }

        waiting.Sort(static (one, other) => one.Served.CompareTo(other.Served));
        for (var place = 0; place < waiting.Count; place++)
        {
            waiting[place].Place = place;
        }
    }

    // 5. A request comes up one priority for every step that it has waited. Within a caller, of those at the same height, the one
    //    that arrived first.
    private (LaneWork? Work, long Level) FirstOf(CallerLine caller, long now)
    {
        LaneWork? best = null;
        var bestLevel = long.MaxValue;
        for (var index = 0; index < RequestPriority.Count; index++)
        {
            if (caller.FirstOf(index) is { } work)
            {
                var level = Math.Max(0, work.Priority - SchedulingParameters.MostUrgent - ((now - work.Arrival) / step));
                if (level < bestLevel || (level == bestLevel && work.Arrival < best!.Arrival))
                {
                    (best, bestLevel) = (work, level);
                }
            }
        }

        return (best, bestLevel);
    }

    private void Forget()
    {
        if (callers.Count < MostRemembered + waiting.Count)
        {
            return;
        }

        foreach (var (name, caller) in callers)
        {
            if (caller.Count == 0)
            {
                callers.Remove(name);
            }
        }
    }
}
