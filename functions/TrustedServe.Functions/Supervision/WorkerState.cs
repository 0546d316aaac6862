using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Supervision;

/// <summary>What a model version can do at this moment.</summary>
internal abstract record WorkerState
{
    private WorkerState()
    {
    }

    /// <summary>It is starting, for the first time or again.</summary>
    public sealed record Starting : WorkerState;

    /// <summary>It computes what it is asked, and gives the answers out once it is ready.</summary>
    /// <param name="Next">What it will be then.</param>
    public sealed record Warming(Ready Next) : WorkerState;

    /// <summary>It answers.</summary>
    /// <param name="Model">What is served.</param>
    /// <param name="Connection">The way to its worker.</param>
    public sealed record Ready(ServedModel Model, WorkerConnection Connection) : WorkerState
    {
        /// <summary>What it has in hand.</summary>
        public CallsInHand Calls { get; } = new();
    }

    /// <summary>It does not come back by itself.</summary>
    /// <param name="Cause">What callers are told.</param>
    public sealed record Failed(TsfException Cause) : WorkerState;
}
