using System.Buffers;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Predictions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// Scores batches of lines. A row that is bad, or that the model fails on, becomes an error of its own: a batch that fails is
/// halved until the row that failed it stands alone, so its neighbours keep their results.
/// </summary>
internal sealed class RowScorer(IInferenceGateway gateway, ServedModel model, TimeSpan timeout, BusyRetry busy, TimeProvider time, int maxLineBytes)
{
    /// <summary>Whether this model's answers to several rows cannot be parted again.</summary>
    private volatile bool oneByOne;

    /// <summary>One output line for each line.</summary>
    /// <exception cref="TsfException">When no row could be scored: the model is gone, or stays busy for too long.</exception>
    public async Task<ScoredBatch> ScoreAsync(IReadOnlyList<JsonLine> lines, CancellationToken cancellationToken)
    {
        var rows = new List<ScoredRow>(lines.Count);
        try
        {
            rows.AddRange(lines.Select(line => ScoredRow.Parse(line, model.Metadata, maxLineBytes)));
            if (rows.FindAll(row => row.Error is null) is { Count: > 0 } good)
            {
                await InferAsync(good, cancellationToken);
            }

            var output = new ArrayBufferWriter<byte>(lines.Count * 256);
            var writer = new ResultLineWriter(output, model.Metadata);
            foreach (var row in rows)
            {
                writer.Write(row);
            }

            return new ScoredBatch(output.WrittenMemory, rows.Count, rows.Count(row => row.Error is not null), lines.Sum(line => line.Bytes.Length + 1L));
        }
        finally
        {
            rows.ForEach(row => row.Dispose());
        }
    }

    private async Task InferEachAsync(List<ScoredRow> rows, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            await InferAsync([row], cancellationToken);
        }
    }

    private async Task InferAsync(List<ScoredRow> rows, CancellationToken cancellationToken)
    {
        if (oneByOne && rows.Count > 1)
        {
            await InferEachAsync(rows, cancellationToken);
            return;
        }

        try
        {
            var request = PredictionCodec.Encode(model.Metadata, [.. rows.Select(row => row.Value)]);
            SchedulingTags.ApplyQueue(request);
            var response = await busy.RunAsync(() => CallAsync(request, cancellationToken), cancellationToken);
            if (!Answer.HasRows(model.Metadata, response, rows.Count))
            {
                // Halves could match by chance what the answer's first dimension counts, so each row goes alone, now and from now on.
                oneByOne = true;
                await InferEachAsync(rows, cancellationToken);
                return;
            }

            for (var i = 0; i < rows.Count; i++)
            {
                (rows[i].Response, rows[i].Index, rows[i].Of) = (response, i, rows.Count);
            }
        }
        catch (TsfException failed) when (IsOfRows(failed.Error))
        {
            if (rows.Count == 1)
            {
                rows[0].Error = failed;
                return;
            }

            var half = rows.Count / 2;
            await InferAsync(rows[..half], cancellationToken);
            await InferAsync(rows[half..], cancellationToken);
        }
    }

    private Task<ModelInferResponse> CallAsync(ModelInferRequest request, CancellationToken cancellationToken) =>
        gateway.InferAsync(model, request, Deadline.In(timeout, time), cancellationToken);

    // What is said of the request itself, or happened to the model over it. With everything else no row is to blame: the model cannot
    // be had, or not soon enough. That would turn rows into lasting errors, where a later try gives results.
    private static bool IsOfRows(ErrorCode error) =>
        error == TsfErrors.MalformedRequest || error == TsfErrors.InvalidTensor || error == TsfErrors.UnknownInput || error == TsfErrors.UnknownOutput
        || error == TsfErrors.BodyTooLarge || error == TsfErrors.InputTooLong || error == TsfErrors.ExecutionFailed || error == TsfErrors.Internal;
}
