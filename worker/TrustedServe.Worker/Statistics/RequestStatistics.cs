using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Statistics;

/// <summary>What became of the requests that reached the scheduler. Written under its lock.</summary>
internal sealed class RequestStatistics(TimeProvider time)
{
    private readonly Histogram seconds = new(HistogramBounds.Seconds);
    private long failed;
    private long refused;
    private long expired;
    private long cancelled;
    private long lastAnswer;
    private double unansweredSeconds;

    /// <summary>A request was answered.</summary>
    public void Answered(TimeSpan took)
    {
        seconds.Record(took.TotalSeconds);
        Volatile.Write(ref lastAnswer, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>A request ended without an answer.</summary>
    public void Ended(ErrorCode error, TimeSpan took)
    {
        ref var count = ref failed;
        if (error == TsfErrors.Overloaded || error == TsfErrors.ModelNotReady)
        {
            count = ref refused;
        }
        else if (error == TsfErrors.DeadlineExceeded)
        {
            count = ref expired;
        }
        else if (error == TsfErrors.Cancelled)
        {
            count = ref cancelled;
        }

        Volatile.Write(ref count, count + 1);
        Volatile.Write(ref unansweredSeconds, unansweredSeconds + took.TotalSeconds);
    }

    /// <summary>Puts what was counted until now into a snapshot.</summary>
    public void Fill(ModelSnapshot snapshot)
    {
        snapshot.RequestSeconds = seconds.Snapshot();
        snapshot.Failed = (ulong)Volatile.Read(ref failed);
        snapshot.Refused = (ulong)Volatile.Read(ref refused);
        snapshot.Expired = (ulong)Volatile.Read(ref expired);
        snapshot.Cancelled = (ulong)Volatile.Read(ref cancelled);
        snapshot.UnansweredSeconds = Volatile.Read(ref unansweredSeconds);
        snapshot.LastAnswerUnixMilliseconds = Volatile.Read(ref lastAnswer);
    }
}
