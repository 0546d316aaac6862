using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Statistics;

/// <summary>
/// What one lane has computed. <see cref="Queued"/> is called under the scheduler's lock while the lane has nothing in hand,
/// <see cref="Computed"/> by the lane: never both at once.
/// </summary>
/// <param name="mostRows">Rows up to which runs are counted by their exact size.</param>
internal sealed class LaneStatistics(int mostRows)
{
    private readonly Histogram queueSeconds = new(HistogramBounds.Seconds);
    private readonly Histogram requestRows = new(HistogramBounds.Counts);
    private readonly Histogram computeSeconds = new(HistogramBounds.Seconds);
    private readonly Histogram runRows = new(HistogramBounds.Counts);
    private readonly Histogram runRequests = new(HistogramBounds.Counts);
    private readonly Histogram padding = new(HistogramBounds.Padding);
    private readonly Histogram tokensPerSecond = new(HistogramBounds.TokensPerSecond);
    private readonly long[] runsOfSize = new long[mostRows + 1];
    private readonly double[] inputSeconds = new double[mostRows + 1];
    private readonly double[] engineSeconds = new double[mostRows + 1];
    private readonly double[] outputSeconds = new double[mostRows + 1];
    private long failedRuns;

    /// <summary>What rows and tokens cost of late.</summary>
    public ComputeCost Cost { get; } = new();

    /// <summary>A request's first rows come to the lane.</summary>
    public void Queued(TimeSpan waited, int rows)
    {
        queueSeconds.Record(waited.TotalSeconds);
        requestRows.Record(rows);
    }

    /// <summary>A run has ended, now.</summary>
    public void Computed(LaneBatch batch, TimeProvider time, long started, long engineStarted, long engineEnded, bool failed)
    {
        if (failed)
        {
            Volatile.Write(ref failedRuns, failedRuns + 1);
            return;
        }

        var ended = time.GetTimestamp();
        var seconds = time.GetElapsedTime(started, ended).TotalSeconds;
        computeSeconds.Record(seconds);
        runRows.Record(batch.Rows);
        runRequests.Record(batch.Parts.Count);
        padding.Record(1 - (batch.Tokens / ((double)batch.Rows * batch.Width)));
        if (seconds > 0)
        {
            tokensPerSecond.Record(batch.Tokens / seconds);
        }

        var size = batch.Rows < runsOfSize.Length ? batch.Rows : 0;
        Volatile.Write(ref runsOfSize[size], runsOfSize[size] + 1);
        Add(ref inputSeconds[size], time.GetElapsedTime(started, engineStarted));
        Add(ref engineSeconds[size], time.GetElapsedTime(engineStarted, engineEnded));
        Add(ref outputSeconds[size], time.GetElapsedTime(engineEnded, ended));
        Cost.Add(seconds, batch.Rows, batch.Tokens);
    }

    /// <summary>What was counted until now.</summary>
    public LaneSnapshot Snapshot(Lane lane)
    {
        var snapshot = new LaneSnapshot
        {
            Index = lane.Index,
            Core = lane.Core,
            QueueSeconds = queueSeconds.Snapshot(),
            RequestRows = requestRows.Snapshot(),
            ComputeSeconds = computeSeconds.Snapshot(),
            RunRows = runRows.Snapshot(),
            RunRequests = runRequests.Snapshot(),
            Padding = padding.Snapshot(),
            TokensPerSecond = tokensPerSecond.Snapshot(),
            FailedRuns = (ulong)Volatile.Read(ref failedRuns),
        };
        for (var rows = 0; rows < runsOfSize.Length; rows++)
        {
            if (Volatile.Read(ref runsOfSize[rows]) is > 0 and var runs)
            {
                snapshot.RunSizes.Add(new RunSizeSnapshot
                {
                    Rows = rows,
                    Runs = (ulong)runs,
                    InputSeconds = Volatile.Read(ref inputSeconds[rows]),
                    EngineSeconds = Volatile.Read(ref engineSeconds[rows]),
                    OutputSeconds = Volatile.Read(ref outputSeconds[rows]),
                });
            }
        }

        return snapshot;
    }

    private static void Add(ref double total, TimeSpan time) => Volatile.Write(ref total, total + time.TotalSeconds);
}
