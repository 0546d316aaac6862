using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tasks;

/// <summary>A request to a text classifier: rows of word pieces, computed longest first so that rows of about the same length share a run.</summary>
internal sealed class TextWork : ClassifierWork
{
    private readonly TextClassificationTask task;
    private readonly int[][] rows;
    private readonly int[] order;
    private readonly List<int>? cut;

    /// <summary>Puts the rows in order.</summary>
    /// <param name="task">What computes them.</param>
    /// <param name="outputs">What can be had.</param>
    /// <param name="request">The request.</param>
    /// <param name="rows">The rows' word pieces.</param>
    /// <param name="cut">Rows that lost their end; null when none did.</param>
    public TextWork(TextClassificationTask task, ClassificationOutputs outputs, ModelInferRequest request, int[][] rows, List<int>? cut)
        : base(outputs, request, rows.Length)
    {
        (this.task, this.rows, this.cut) = (task, rows, cut);
        Tokens = rows.Sum(row => (long)row.Length);
        order = [.. Enumerable.Range(0, rows.Length)];
        if (rows.Length > 1)
        {
            // Rows of equal length keep their order, so that the same request is always split in the same way.
            Array.Sort(order, (one, other) => rows[other].Length.CompareTo(rows[one].Length) is not 0 and var longer ? longer : one.CompareTo(other));
        }
    }

    /// <inheritdoc/>
    public override object? Kind => task;

    /// <inheritdoc/>
    public override int LengthAt(int place) => rows[order[place]].Length;

    /// <summary>The word pieces of a row.</summary>
    /// <param name="place">Its place in the order of computing.</param>
    public ReadOnlySpan<int> PiecesAt(int place) => rows[order[place]];

    /// <inheritdoc/>
    public override void Compute(Lane lane, LaneBatch batch) => task.Compute(lane, batch);

    /// <inheritdoc/>
    public override ModelInferResponse Answer()
    {
        var response = base.Answer();
        if (cut is not null)
        {
            Truncation.Set(response, cut);
        }

        return response;
    }

    /// <inheritdoc/>
    protected override int RowAt(int place) => order[place];
}
