using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Statistics;

/// <summary>What became of the requests that reached the scheduler. Written under its lock.</summary>
internal sealed class RequestStatistics(TimeProvider time)
{
    private readonly Histogram seconds = new(HistogramBounds.Seconds);
    private long failed;
    private long full;
    private long expired;
    private long left;
    private long lastAnswer;

    /// <summary>A request was answered.</summary>
    public void Answered(TimeSpan took)
    {
        seconds.Record(took.TotalSeconds);
        Volatile.Write(ref lastAnswer, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>A request ended without an answer.</summary>
    public void Ended(ErrorCode error)
    {
        ref var count = ref failed;
        if (error == TsfErrors.Overloaded || error == TsfErrors.ModelNotReady)
        {
            count = ref full;
        }
        else if (error == TsfErrors.DeadlineExceeded)
        {
            count = ref expired;
        }
        else if (error == TsfErrors.Cancelled)
        {
            count = ref left;
        }

        Volatile.Write(ref count, count + 1);
    }

    /// <summary>Puts what was counted until now into a snapshot.</summary>
    public void Fill(ModelSnapshot snapshot)
    {
        snapshot.RequestSeconds = seconds.Snapshot();
        snapshot.Failed = (ulong)Volatile.Read(ref failed);
        snapshot.Refused = (ulong)Volatile.Read(ref full);
        snapshot.Expired = (ulong)Volatile.Read(ref expired);
        snapshot.Cancelled = (ulong)Volatile.Read(ref left);
        snapshot.LastAnswerUnixMilliseconds = Volatile.Read(ref lastAnswer);
    }
}
