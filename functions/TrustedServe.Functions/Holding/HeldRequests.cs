using System.Globalization;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Holding;

/// <summary>Holds requests whose model is starting, so that who woke an instance gets an answer and not a refusal.</summary>
/// <remarks>
/// 1. A request is held for as long as its own deadline and the setting allow, counted from its arrival; its answer says for how long it was.
/// 2. Held requests are few and small enough together; another one is refused before its body is read.
/// 3. They go on, in order, when the model answers (<see cref="HeldLine"/>); a caller that leaves frees its place.
/// 4. What cannot come is not waited for: a model that has failed for good or was unloaded, an instance that ends.
/// 5. They go on already when the model computes and has yet to reproduce the warm-up samples that come first: its worker keeps their answers until then.
/// </remarks>
internal sealed class HeldRequests
{
    /// <summary>The answer's header with the milliseconds that the request was held, rounded up.</summary>
    public const string Header = "x-trustedserve-cold-start";

    private const int RetryAfterSeconds = 1;

    // What a lane has in hand, and what it gathers for its next run meanwhile.
    private const int PerLane = 8;

    private readonly WorkerFleet fleet;
    private readonly Drain drain;
    private readonly HttpOptions limits;
    private readonly int lineOfWorker;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<ModelWorkers, HeldLine> lines = [];
    private int count;
    private long bytesHeld;

    /// <summary>Holds nothing yet.</summary>
    public HeldRequests(WorkerFleet fleet, Drain drain, ServeOptions options, TimeProvider time)
    {
        (this.fleet, this.drain, limits, lineOfWorker, this.time) = (fleet, drain, options.Http, options.Worker.QueueCapacity, time);
        drain.Begun.Register(LookAll);
    }

    /// <summary>How many are held at this moment.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Refuses what will not be answered before anything of it is read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">Its version, or null.</param>
    /// <param name="announced">The length of the body, where it is said.</param>
    /// <exception cref="TsfException">TSF4003, TSF4004; TSF5001 when nothing is held; TSF5002, TSF5008, TSF5009, TSF5050.</exception>
    public void Check(string model, string? version, long? announced)
    {
        var workers = fleet.Get(model, version);
        if (workers.Served is null)
        {
            Check(workers, announced ?? 0);
        }
    }

    /// <summary>The model, at once or as soon as it answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="model">The model.</param>
    /// <param name="version">Its version, or null.</param>
    /// <param name="bytes">What the request takes.</param>
    /// <param name="deadline">When an answer is of no more use.</param>
    /// <exception cref="TsfException">As <see cref="Check(string, string?, long?)"/>, and TSF5051 when it takes too long.</exception>
    public ValueTask<Admission> AdmitAsync(HttpContext context, string model, string? version, long bytes, Deadline deadline)
    {
        var workers = fleet.Get(model, version);
        return workers.Served is { } served ? new(new Admission(served)) : new(HoldAsync(context, workers, bytes, deadline));
    }

    private async Task<Admission> HoldAsync(HttpContext context, ModelWorkers workers, long bytes, Deadline deadline)
    {
        Check(workers, 0);
        Take(bytes); // 2
        var begun = time.GetTimestamp();
        var line = LineOf(workers);
        var place = line.Join();
        try
        {
            var served = await place.Value.Task.WaitAsync(Longest(deadline), time, context.RequestAborted); // 1, 3
            return new Admission(served, () => line.Leave(place));
        }
        catch (TimeoutException)
        {
            line.Leave(place);
            throw TooLong(workers);
        }
        catch
        {
            line.Leave(place);
            throw;
        }
        finally
        {
            Give(bytes);
            context.Response.Headers[Header] = Math.Ceiling(time.GetElapsedTime(begun).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    private void Check(ModelWorkers workers, long bytes)
    {
        if (Look(workers).Refusal is { } refusal) // 4
        {
            throw refusal;
        }

        if (limits.HoldSeconds == 0)
        {
            throw workers.Unserved();
        }

        if (Count >= limits.HoldRequests || Interlocked.Read(ref bytesHeld) + bytes > limits.HoldBytes)
        {
            throw Full();
        }
    }

    private void Take(long bytes)
    {
        var (requests, together) = (Interlocked.Increment(ref count), Interlocked.Add(ref bytesHeld, bytes));
        if (requests > limits.HoldRequests || together > limits.HoldBytes)
        {
            Give(bytes);
            throw Full();
        }
    }

    private void Give(long bytes)
    {
        Interlocked.Decrement(ref count);
        Interlocked.Add(ref bytesHeld, -bytes);
    }

    private TimeSpan Longest(Deadline deadline)
    {
        var (left, longest) = (deadline.Left, TimeSpan.FromSeconds(limits.HoldSeconds));
        return left < longest ? left : longest;
    }

    private HeldLine LineOf(ModelWorkers workers)
    {
        lock (gate)
        {
            if (!lines.TryGetValue(workers, out var line))
            {
                lines[workers] = line = new HeldLine(() => Look(workers), served => Math.Clamp(PerLane * served.Lanes, 1, Math.Max(1, lineOfWorker / 2)));
                workers.Changed += line.Look;
            }

            return line;
        }
    }

    private void LookAll()
    {
        HeldLine[] all;
        lock (gate)
        {
            all = [.. lines.Values];
        }

        Array.ForEach(all, line => line.Look());
    }

    private (ServedModel? Served, TsfException? Refusal) Look(ModelWorkers workers)
    {
        if (workers.Called is { } called)
        {
            return (called, null); // 5
        }

        var reason = workers.Unserved();
        return reason.Error != TsfErrors.ModelNotReady ? (null, reason)
            : drain.HasBegun ? (null, new TsfException(TsfErrors.Draining, "This instance is ending, and the model was not ready yet.") { RetryAfterSeconds = RetryAfterSeconds })
            : (null, null);
    }

    private static TsfException Full() =>
        new(TsfErrors.HoldFull, "As many requests wait for models that are starting as may.") { RetryAfterSeconds = RetryAfterSeconds };

    private static TsfException TooLong(ModelWorkers workers)
    {
        var cause = workers.Workers.Select(worker => worker.Health.WaitsFor).FirstOrDefault(cause => cause is not null);
        return new TsfException(
            TsfErrors.StartTooLong,
            $"The model did not start in the time for which this request could wait.{(cause is null ? string.Empty : $" The start itself waits: {cause.Error.Title} ({cause.Error.Code}).")}")
        {
            RetryAfterSeconds = RetryAfterSeconds,
        };
    }
}
