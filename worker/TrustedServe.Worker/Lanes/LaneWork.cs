using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Lanes;

/// <summary>
/// One request on its way through the scheduler: rows, longest first, that lanes compute in one run or several, alone or
/// together with rows of other requests. What is internal here belongs to the scheduler and is guarded by its lock.
/// </summary>
internal abstract class LaneWork
{
    private readonly TaskCompletionSource computed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Number of rows, at least 1.</summary>
    public int Rows { get; protected init; } = 1;

    /// <summary>Tokens of all rows; without text a row counts as one.</summary>
    public long Tokens { get; protected init; } = 1;

    /// <summary>
    /// Requests of equal kind may share a run and have their rows computed in several; null for one that is computed alone and in
    /// one piece, because nothing is known of how its graph treats rows.
    /// </summary>
    public virtual object? Kind => null;

    /// <summary>Who sent it, as an opaque tag; empty when nobody said.</summary>
    public string Caller { get; init; } = string.Empty;

    /// <summary>How urgent it is; see <see cref="RequestPriority"/>.</summary>
    public int Priority { get; init; } = RequestPriority.Default;

    /// <summary>Completes when all rows are computed, or fails with why they are not.</summary>
    internal Task Computed => computed.Task;

    /// <summary>Whether it has ended, with an answer or without.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>The scheduler that has the work.</summary>
    internal LaneScheduler? Scheduler { get; set; }

    /// <summary>When it arrived, as a timestamp of the scheduler's clock.</summary>
    internal long Arrival { get; set; }

    /// <summary>When an answer is of no more use, as a timestamp of the scheduler's clock.</summary>
    internal long Due { get; set; }

    /// <summary>Whether it has rows that wait for a lane.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>How many rows were given to lanes.</summary>
    internal int Taken { get; set; }

    /// <summary>Tokens of the rows that were not given to lanes.</summary>
    internal long TokensLeft { get; set; }

    /// <summary>How many rows are computed.</summary>
    internal int Done { get; set; }

    /// <summary>The work before it in its line.</summary>
    internal LaneWork? Previous { get; set; }

    /// <summary>The work after it in its line.</summary>
    internal LaneWork? Next { get; set; }

    /// <summary>Tokens of a row.</summary>
    /// <param name="place">Its place in the order of computing: the longest is at 0, and none is longer than the one before it.</param>
    public virtual int LengthAt(int place) => 1;

    /// <summary>
    /// Computes a run that begins with this request's rows, and keeps the outputs with the requests that they belong to. Runs on
    /// the lane's thread; rows of one request may be computed on two lanes at once.
    /// </summary>
    /// <exception cref="TsfException">What the caller shall see.</exception>
    public abstract void Compute(Lane lane, LaneBatch batch);

    /// <summary>Makes the answer of the computed rows, in the order in which they were sent. Runs on the caller's thread.</summary>
    public abstract ModelInferResponse Answer();

    /// <summary>Ends the work with an answer.</summary>
    internal void Complete()
    {
        HasEnded = true;
        computed.TrySetResult();
    }

    /// <summary>Ends the work without one.</summary>
    internal void Fail(TsfException error)
    {
        HasEnded = true;
        computed.TrySetException(error);
    }
}
