using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Lanes;

/// <summary>Brings requests to lanes.</summary>
/// <remarks>
/// 1. An idle lane gets a request at once; without one the request waits in a line of bounded length, first in, first out.
/// 2. A full line refuses (TSF4012) instead of waiting.
/// 3. A request has one deadline from its arrival. While it waits, its end takes it out of the line (TSF4011) uncomputed; while it is computed, the engine is told to stop.
/// 4. A caller that leaves does the same (TSF4016), and its place is free at once.
/// 5. What fails on a lane fails alone; the lane takes the next.
/// One clock serves all deadlines: a single timer set to the earliest.
/// </remarks>
internal sealed class LaneScheduler : IDisposable
{
    // Nobody waits longer for one answer; it also keeps timestamps far from overflow.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly int capacity;
    private readonly Lane[] lanes;
    private readonly Stack<Lane> idle = new();
    private readonly WaitingLine waiting = new();
    private readonly ITimer timer;
    private long timerDue = long.MaxValue;
    private bool stopped;

    /// <summary>Starts one lane a core given.</summary>
    public LaneScheduler(IReadOnlyList<int> cores, int capacity, TimeProvider time, ILogger logger)
    {
        (this.capacity, this.time) = (capacity, time);
        timer = time.CreateTimer(static state => ((LaneScheduler)state!).ExpireDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lanes = [.. cores.Select((core, index) => new Lane(this, index, core, logger))];
        foreach (var lane in lanes)
        {
            idle.Push(lane);
            lane.Start();
        }
    }

    /// <summary>The lanes.</summary>
    public IReadOnlyList<Lane> Lanes => lanes;

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
        return await work.Answer.ConfigureAwait(false);
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
            while (waiting.First is { } work)
            {
                waiting.Remove(work);
                work.Fail(TsfErrors.ModelNotReady.With("The worker is stopping."));
            }

            while (idle.TryPop(out var lane))
            {
                lane.Assign(null);
            }
        }

        timer.Dispose();
        foreach (var lane in lanes)
        {
            lane.Dispose();
        }
    }

    /// <summary>The work that a lane shall go on with; null when there is none and the lane shall wait to be assigned some.</summary>
    /// <returns>False when the lane shall end.</returns>
    internal bool TryNext(Lane lane, out LaneWork? work)
    {
        lock (gate)
        {
            work = null;
            lane.Current = null;
            var now = time.GetTimestamp();
            while (work is null && waiting.First is { } first)
            {
                waiting.Remove(first);
                if (first.Due <= now)
                {
                    first.Fail(Expired());
                }
                else
                {
                    work = first;
                    Begin(lane, first);
                }
            }

            if (work is null && !stopped)
            {
                idle.Push(lane);
            }

            return work is not null || !stopped;
        }
    }

    private static TsfException Expired() => TsfErrors.DeadlineExceeded.With("The deadline passed before the model had answered.");

    private static void Begin(Lane lane, LaneWork work)
    {
        work.Lane = lane;
        lane.Current = work;
        lane.Options.Terminate = false;
    }

    private void Enter(LaneWork work, TimeSpan remaining)
    {
        if (remaining <= TimeSpan.Zero)
        {
            throw Expired();
        }

        remaining = remaining < LongestWait ? remaining : LongestWait;

        work.Scheduler = this;
        work.Due = time.GetTimestamp() + (long)(remaining.TotalSeconds * time.TimestampFrequency);
        lock (gate)
        {
            if (stopped)
            {
                throw new TsfException(TsfErrors.ModelNotReady, "The worker is stopping.") { RetryAfterSeconds = 1 };
            }

            if (idle.TryPop(out var lane))
            {
                Begin(lane, work);
                lane.Assign(work);
            }
            else if (waiting.Count < capacity)
            {
                waiting.Add(work);
            }
            else
            {
                throw new TsfException(TsfErrors.Overloaded, $"All lanes are busy and {capacity} requests wait already.") { RetryAfterSeconds = 1 };
            }

            if (work.Due < timerDue)
            {
                SetTimer(work.Due);
            }
        }
    }

    private void Abandon(LaneWork work)
    {
        lock (gate)
        {
            End(work, TsfErrors.Cancelled.With("The caller left before the answer."));
        }
    }

    private void End(LaneWork work, TsfException reason)
    {
        if (work.IsWaiting)
        {
            waiting.Remove(work);
        }
        else if (work.Lane is { } lane && lane.Current == work)
        {
            lane.Options.Terminate = true;
        }

        work.Fail(reason);
    }

    private void ExpireDue()
    {
        lock (gate)
        {
            if (stopped)
            {
                return;
            }

            var now = time.GetTimestamp();
            var earliest = long.MaxValue;
            for (var work = waiting.First; work is not null;)
            {
                var next = work.Next;
                Look(work);
                work = next;
            }

            foreach (var lane in lanes)
            {
                if (lane.Current is { Answer.IsCompleted: false } work)
                {
                    Look(work);
                }
            }

            SetTimer(earliest);

            void Look(LaneWork work)
            {
                if (work.Due <= now)
                {
                    End(work, Expired());
                }
                else
                {
                    earliest = Math.Min(earliest, work.Due);
                }
            }
        }
    }

    private void SetTimer(long due)
    {
        timerDue = due;
        if (due == long.MaxValue)
        {
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // Rounded up to the timer's millisecond, so that it never rings just before the deadline and finds nothing to do.
        var wait = (double)(due - time.GetTimestamp()) / time.TimestampFrequency * 1000;
        timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait), 1, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }
}
