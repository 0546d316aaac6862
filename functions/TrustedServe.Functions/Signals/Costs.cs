using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>What work for a model version costs an instance.</summary>
/// <param name="SecondsPerRow">For a row.</param>
/// <param name="SecondsBasis">What that is based on.</param>
/// <param name="SecondsPerMessage">For what a message takes besides its rows; 0 before one came to an end.</param>
/// <param name="BytesPerRow">What a row has in bytes.</param>
/// <param name="BytesBasis">What that is based on.</param>
internal readonly record struct Costs(double SecondsPerRow, Basis SecondsBasis, double SecondsPerMessage, double BytesPerRow, Basis BytesBasis)
{
    /// <summary>The best that is known.</summary>
    /// <param name="measured">What work has cost.</param>
    /// <param name="worker">What the workers say; null when none answers.</param>
    /// <param name="options">What is assumed otherwise.</param>
    public static Costs Of(WorkSums measured, WorkerFigures? worker, SignalsOptions options)
    {
        var (seconds, basis) = measured.SecondsPerRow is { } own ? (own, Basis.Measured)
            : worker is { SecondsPerRow: > 0, Lanes: > 0 } ? (worker.SecondsPerRow / worker.Lanes, Basis.Worker)
            : (options.AssumedMicrosecondsPerRow / 1e6, Basis.Assumed);
        return new Costs(
            seconds,
            basis,
            measured.SecondsPerMessage ?? 0,
            measured.BytesPerRow ?? options.AssumedBytesPerRow,
            measured.BytesPerRow is null ? Basis.Assumed : Basis.Measured);
    }

    /// <summary>How many rows an input has, as it says or by its size; the second is true when it says so.</summary>
    public (double Rows, bool IsExact) RowsOf(InputSize input) => input switch
    {
        { Rows: { } stated } => (stated, true),
        { Bytes: 0 } => (0, true),
        _ => (Math.Max(input.Bytes / BytesPerRow, 1), false),
    };

    /// <summary>How many rows a job in hand has left; the second is true when that is no estimate.</summary>
    public (double Rows, bool IsExact) RowsLeftOf(JobProgress job)
    {
        if (job.Phase is JobPhase.Closing or JobPhase.Ended)
        {
            return (0, true);
        }

        if (job.Input is not { } input)
        {
            return (0, false);
        }

        var (rows, bytes) = (job.Rows, job.Bytes);
        if (input.Rows is { } stated && stated >= rows)
        {
            return (stated - rows, true);
        }

        // What was read of this input tells more about the rest of it than what other inputs had.
        return rows > 0 && bytes > 0 ? (Math.Max(input.Bytes - bytes, 0) / ((double)bytes / rows), false) : RowsOf(input with { Rows = null });
    }
}
