using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Statistics;

namespace TrustedServe.Worker.Lanes;

/// <summary>Brings requests to lanes by the numbered rules of SCHEDULING.md, which the comments here name.</summary>
internal sealed class LaneScheduler : IDisposable
{
    // 4. Nobody waits longer for one answer; it also keeps timestamps far from overflow.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly int capacity;
    private readonly BatchLimits limits;
    private readonly long delay;
    private readonly Lane[] lanes;
    private readonly Stack<Lane> idle = new();
    private readonly Stack<Lane> shut = new();
    private readonly WaitingRequests waiting;
    private readonly ITimer timer;
    private long timerDue = long.MaxValue;
    private bool stopped;

    /// <summary>Starts one lane a core given.</summary>
    /// <param name="cores">The cores.</param>
    /// <param name="capacity">How many requests may wait.</param>
    /// <param name="limits">Of a run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For failures.</param>
    /// <param name="onlyOne">Whether all but the first lane get nothing until <see cref="Open"/>.</param>
    public LaneScheduler(IReadOnlyList<int> cores, int capacity, BatchLimits limits, TimeProvider time, ILogger logger, bool onlyOne = false)
    {
        (this.capacity, this.limits, this.time) = (capacity, limits, time);
        delay = Ticks(limits.Delay);
        Requests = new RequestStatistics(time);
        waiting = new WaitingRequests(Ticks(SchedulingRules.PriorityStep));
        timer = time.CreateTimer(static state => ((LaneScheduler)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lanes = [.. cores.Select((core, index) => new Lane(this, index, core, limits, time, logger))];
        foreach (var lane in lanes)
        {
            (onlyOne && lane.Index > 0 ? shut : idle).Push(lane);
            lane.Start();
        }
    }

    /// <summary>Gives work to all lanes from now on.</summary>
    public void Open()
    {
        lock (gate)
        {
            while (!stopped && shut.TryPop(out var lane))
            {
                idle.Push(lane);
            }

            Dispatch();
        }
    }

    /// <summary>The lanes.</summary>
    public IReadOnlyList<Lane> Lanes => lanes;

    /// <summary>What became of the requests.</summary>
    public RequestStatistics Requests { get; }

    /// <summary>How many requests wait for a lane.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Whether nothing waits and every lane does.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
            {
                return waiting.Count == 0 && idle.Count == lanes.Length;
            }
        }
    }

    /// <summary>Has the work computed.</summary>
    /// <param name="work">Not given to any scheduler before.</param>
    /// <param name="remaining">Time until an answer is of no more use.</param>
    /// <param name="cancellationToken">Cancelled when the caller leaves.</param>
    /// <exception cref="TsfException">TSF4011, TSF4012, TSF4016, TSF5001, or what the work threw.</exception>
    public async Task<ModelInferResponse> RunAsync(LaneWork work, TimeSpan remaining, CancellationToken cancellationToken)
    {
        Enter(work, remaining);
        await using var registration = cancellationToken.UnsafeRegister(
            static state => ((LaneWork)state!).Scheduler!.Abandon((LaneWork)state!), work).ConfigureAwait(false);
        await work.Computed.ConfigureAwait(false);
        return work.Answer();
    }

    /// <summary>What has been computed until now.</summary>
    public ModelSnapshot Snapshot(string model, string version)
    {
        var snapshot = new ModelSnapshot
        {
            Name = model,
            Version = version,
            SecondsPerRow = ComputeCost.SecondsPerRow(lanes),
            SecondsPerToken = ComputeCost.SecondsPerToken(lanes),
        };
        lock (gate)
        {
            (snapshot.Waiting, snapshot.WaitingTokens) = (waiting.Count, waiting.Tokens);
        }

        Requests.Fill(snapshot);
        snapshot.Lanes.AddRange(lanes.Select(static lane => lane.Statistics.Snapshot(lane)));
        return snapshot;
    }

    /// <summary>Refuses what waits, lets the lanes finish what they have, and ends them.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (stopped)
            {
                return;
            }

            stopped = true;
            foreach (var work in waiting.All())
            {
                End(work, TsfErrors.ModelNotReady.With("The worker is stopping."));
            }

            while (idle.TryPop(out var lane) || shut.TryPop(out lane))
            {
                lane.Wake();
            }
        }

        timer.Dispose();
        foreach (var lane in lanes)
        {
            lane.Dispose();
        }
    }

    /// <summary>Gives a lane that has nothing in hand its next run, in <see cref="Lane.Batch"/>.</summary>
    /// <returns>Whether it has one; null when the lane shall end. Without one it waits until it is woken.</returns>
    internal bool? Next(Lane lane)
    {
        lock (gate)
        {
            // Under the lock: until here, who leaves or expires looks for its rows in the run in hand.
            lane.Current = null;
            lane.Batch.Clear();
            if (TryTake(lane))
            {
                return true;
            }

            if (stopped)
            {
                return null;
            }

            idle.Push(lane);
            return false;
        }
    }

    /// <summary>Rows are computed; answers those requests that lack no other.</summary>
    internal void Finish(LaneBatch batch)
    {
        lock (gate)
        {
            foreach (var (work, _, count, _) in batch.Parts)
            {
                work.Done += count;
                if (work.Done == work.Rows && !work.HasEnded)
                {
                    Requests.Answered(time.GetElapsedTime(work.Arrival));
                    work.Complete();
                }
            }
        }
    }

    /// <summary>A request failed on its lane; what it has waiting is not computed any more.</summary>
    internal void Failed(LaneWork work, TsfException reason)
    {
        lock (gate)
        {
            End(work, reason);
        }
    }

    /// <summary>Lets a lane compute one request of a failed run alone, unless nobody waits for it.</summary>
    internal bool TryAlone(Lane lane, LaneBatch alone, BatchPart part)
    {
        lock (gate)
        {
            if (part.Work.HasEnded)
            {
                return false;
            }

            alone.Begin(part);
            Occupy(lane, alone);
            return true;
        }
    }

    private static void Occupy(Lane lane, LaneBatch batch)
    {
        lane.Current = batch;
        lane.Options.Terminate = false;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private void Enter(LaneWork work, TimeSpan remaining)
    {
        if (remaining <= TimeSpan.Zero)
        {
            throw SchedulingRules.Expired();
        }

        work.Scheduler = this;
        work.TokensLeft = work.Tokens;
        work.Arrival = time.GetTimestamp();
        work.Due = work.Arrival + Ticks(remaining < LongestWait ? remaining : LongestWait);
        lock (gate)
        {
            if (stopped)
            {
                throw new TsfException(TsfErrors.ModelNotReady, "The worker is stopping.") { RetryAfterSeconds = 1 };
            }

            MakeRoom(work);
            waiting.Add(work);
            SetTimer(Math.Min(timerDue, work.Due));
            Dispatch();
        }
    }

    // 3. A full line refuses instead of waiting; 13. but not the worker's own samples, of which few are under way.
    private void MakeRoom(LaneWork work)
    {
        if (waiting.Count < capacity || (idle.Count > 0 && waiting.Count == 0) || work.Caller == SchedulingRules.OwnCaller)
        {
            return;
        }

        var seconds = SchedulingRules.RetryAfterSeconds(waiting.Tokens, lanes);
        var reason = new TsfException(TsfErrors.Overloaded, $"All lanes are busy and {capacity} requests wait already.") { RetryAfterSeconds = seconds };
        var refused = waiting.RefusedFor(work);
        if (refused == work)
        {
            Requests.Ended(reason.Error, TimeSpan.Zero);
            throw reason;
        }

        End(refused, reason);
    }

    // 2. An idle lane gets what waits at once, unless rule 9 holds it back.
    private void Dispatch()
    {
        while (idle.TryPeek(out var lane) && TryTake(lane))
        {
            idle.Pop().Wake();
        }
    }

    private bool TryTake(Lane lane)
    {
        var now = time.GetTimestamp();
        while (!stopped && waiting.First(now) is { } first)
        {
            if (first.Due <= now)
            {
                End(first, SchedulingRules.Expired());
                continue;
            }

            lane.Batch.Begin(first, limits);
            if (first.Kind is not null && SchedulingRules.Shares(limits.Merging, first.Caller) && !Fill(lane.Batch) && first.Arrival + delay > now)
            {
                // 9. Held back for as long as the model allows.
                lane.Batch.Clear();
                SetTimer(Math.Min(timerDue, first.Arrival + delay));
                return false;
            }

            foreach (var (work, firstRow, _, _) in lane.Batch.Parts)
            {
                if (firstRow == 0)
                {
                    lane.Statistics.Queued(time.GetElapsedTime(work.Arrival, now), work.Rows);
                }
            }

            waiting.Take(lane.Batch);
            Occupy(lane, lane.Batch);
            return true;
        }

        return false;
    }

    // 8. As far as the run may be expected to end soon: where a row alone takes long, merging gains nothing and makes others wait.
    //    And no further than a lane's share of what waits: else the next lane to be free finds nothing, while this one has it all.
    private bool Fill(LaneBatch batch)
    {
        var secondsPerToken = ComputeCost.SecondsPerToken(lanes);
        var soon = secondsPerToken > 0 ? limits.MergedRun.TotalSeconds / secondsPerToken : limits.Tokens;
        var merged = soon < limits.Tokens ? limits with { Tokens = (int)soon } : limits;
        var sharers = limits.Delay == TimeSpan.Zero ? lanes.Length - shut.Count : 1;
        waiting.Fill(batch, merged, (waiting.Tokens + sharers - 1) / sharers);
        return batch.IsFull(merged);
    }

    private void Abandon(LaneWork work)
    {
        lock (gate)
        {
            End(work, TsfErrors.Cancelled.With("The caller left before the answer."));
        }
    }

    // 4. and 10. What waits leaves the line; a run that nobody waits for any more is told to stop.
    private void End(LaneWork work, TsfException reason)
    {
        if (work.HasEnded)
        {
            return;
        }

        if (work.IsWaiting)
        {
            waiting.Remove(work);
        }

        work.Fail(reason);
        Requests.Ended(reason.Error, time.GetElapsedTime(work.Arrival));
        foreach (var lane in lanes)
        {
            if (lane.Current is { } batch && batch.Has(work) && batch.IsForNobody())
            {
                lane.Options.Terminate = true;
            }
        }
    }

    private void Ring()
    {
        lock (gate)
        {
            if (stopped)
            {
                return;
            }

            var now = time.GetTimestamp();
            var earliest = long.MaxValue;
            foreach (var work in waiting.All())
            {
                Look(work);
            }

            foreach (var lane in lanes)
            {
                // 11. Not only those in hand: of a run that failed, the others wait for their turn on the same lane.
                foreach (var part in lane.Batch.Parts)
                {
                    Look(part.Work);
                }
            }

            timerDue = long.MaxValue;
            SetTimer(earliest);
            Dispatch();

            void Look(LaneWork work)
            {
                if (work.Due <= now)
                {
                    End(work, SchedulingRules.Expired());
                }
                else if (!work.HasEnded)
                {
                    earliest = Math.Min(earliest, work.Due);
                }
            }
        }
    }

    // One clock serves all deadlines: a single timer, set to the earliest.
    private void SetTimer(long due)
    {
        if (due == timerDue)
        {
            return;
        }

        // Rounded up to the timer's millisecond, so that it never rings just before the deadline and finds nothing to do.
        timerDue = due;
        var wait = (double)(due - time.GetTimestamp()) / time.TimestampFrequency * 1000;
        timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait), 1, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }
}
