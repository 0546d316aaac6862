using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

/// <summary>Work that tells when a lane took it and goes on when it is let.</summary>
internal sealed class GatedWork(string id = "") : LaneWork
{
    private readonly TaskCompletionSource<Lane> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim gate = new(false);

    public Task<Lane> Begun => begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public bool WasComputed => begun.Task.IsCompleted;

    public Exception? Failure { get; init; }

    public void Open() => gate.Set();

    public GatedWork Opened()
    {
        Open();
        return this;
    }

    public override void Compute(Lane lane, LaneBatch batch)
    {
        begun.SetResult(lane);
        gate.Wait(TimeSpan.FromSeconds(30));
        if (Failure is not null)
        {
            throw Failure;
        }
    }

    public override ModelInferResponse Answer() => new() { Id = id };
}
