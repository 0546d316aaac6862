using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Lanes;

/// <summary>One request on its way through the scheduler. Everything but <see cref="Compute"/> belongs to the scheduler and is guarded by its lock.</summary>
internal abstract class LaneWork
{
    private readonly TaskCompletionSource<ModelInferResponse> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer, or why there is none.</summary>
    internal Task<ModelInferResponse> Answer => completion.Task;

    /// <summary>The scheduler that has the work.</summary>
    internal LaneScheduler? Scheduler { get; set; }

    /// <summary>The lane that computes it, or did.</summary>
    internal Lane? Lane { get; set; }

    /// <summary>When an answer is of no more use, as a timestamp of the scheduler's clock.</summary>
    internal long Due { get; set; }

    /// <summary>Whether it waits for a lane.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>The work before it in the line.</summary>
    internal LaneWork? Previous { get; set; }

    /// <summary>The work after it in the line.</summary>
    internal LaneWork? Next { get; set; }

    /// <summary>Computes the answer on the lane's thread. Whatever it throws is this request's failure alone.</summary>
    /// <exception cref="TsfException">What the caller shall see.</exception>
    public abstract ModelInferResponse Compute(Lane lane);

    /// <summary>Ends the work with an answer, unless it ended already.</summary>
    internal void Complete(ModelInferResponse response) => completion.TrySetResult(response);

    /// <summary>Ends the work without an answer, unless it ended already.</summary>
    internal void Fail(TsfException error) => completion.TrySetException(error);
}
