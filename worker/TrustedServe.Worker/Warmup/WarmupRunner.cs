using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Scheduling;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tasks;

namespace TrustedServe.Worker.Warmup;

/// <summary>Sends a manifest's samples the way that requests go and compares what comes back. A model that answers otherwise here is not served, or not any more.</summary>
/// <param name="samples">The manifest's.</param>
/// <param name="pipeline">What stands between them and the graph.</param>
/// <param name="scheduler">The lanes.</param>
/// <param name="done">Is told how many came out right.</param>
/// <param name="time">The clock.</param>
internal sealed class WarmupRunner(IReadOnlyList<WarmupSample> samples, ITaskPipeline pipeline, LaneScheduler scheduler, StartPortion done, TimeProvider time)
{
    private const string TopK = "top_k";

    // A sample is one request of a model that was just packed with it; one that takes longer than this hangs.
    private static readonly TimeSpan SampleLimit = TimeSpan.FromMinutes(5);

    // By the elements that are sent, the first of equals first: who waits for the model waits for as little as can be.
    private readonly int[] order = [.. Enumerable.Range(0, samples.Count).OrderBy(sample => samples[sample].Inputs.Sum(Size))];

    /// <summary>How many came out right; the others are still to be run.</summary>
    public int Passed { get; private set; }

    /// <summary>The largest difference seen.</summary>
    public double LargestDifference { get; private set; }

    /// <summary>Whether one came out otherwise than it must; one that got no answer at all says nothing of the model's.</summary>
    public bool HasDiffered { get; private set; }

    /// <summary>
    /// Runs the samples that are left, the shortest first. Where all of them come before the first answer, the first runs alone, so that
    /// who waits for the model gets a lane beside it, and then as many at once as there are lanes; otherwise one after the other.
    /// </summary>
    /// <param name="enough">None is begun that would not end within this time, if it took as long as the one before it, though never none; null runs all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TsfException">TSF5005 naming the output and the difference, never data.</exception>
    public async Task RunAsync(TimeSpan? enough, CancellationToken cancellationToken)
    {
        var (begin, begun) = (Passed, time.GetTimestamp());
        var (last, ended) = (TimeSpan.Zero, TimeSpan.Zero);
        var atOnce = begin == 0 && enough is null ? scheduler.Lanes.Count : 1;
        if (begin == 0)
        {
            done.Expect(samples.Count);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<ModelInferResponse>>();
        try
        {
            while (true)
            {
                while (running.Count < (Passed == begin ? 1 : atOnce) && Passed + running.Count < samples.Count
                    && (Passed == begin || enough is null || ended + last <= enough))
                {
                    running.Enqueue(AnswerAsync(order[Passed + running.Count], stop.Token));
                }

                if (!running.TryDequeue(out var answer))
                {
                    break;
                }

                Compare(order[Passed], await answer.ConfigureAwait(false));
                done.Report(++Passed);
                var now = time.GetElapsedTime(begun);
                (last, ended) = (now - ended, now);
            }
        }
        finally
        {
            // One that differs ends the others: nothing may still compute when the sessions end.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Passed == samples.Count)
        {
            done.Finish();
        }
    }

    // Of texts the characters: what a tokeniser makes of them is close enough in the same ratio.
    private static long Size(SampleTensor input) =>
        input.Datatype == Datatype.Bytes ? input.Data.Sum(text => (long)(text.GetString()?.Length ?? 0)) : input.Data.Count;

    private async Task<ModelInferResponse> AnswerAsync(int sample, CancellationToken cancellationToken)
    {
        var request = SampleCodec.ToRequest(samples[sample]);
        if (pipeline is not TensorTask && samples[sample].Outputs.FirstOrDefault(output => output.Name is "labels" or "scores") is { Shape: [_, var k] })
        {
            request.Parameters.Add(TopK, new InferParameter { Int64Param = k });
        }

        request.Parameters[SchedulingParameters.Caller] = new InferParameter { StringParam = SchedulingRules.OwnCaller };
        try
        {
            return await scheduler.RunAsync(pipeline.Prepare(request), SampleLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (TsfException exception) when (exception.Error != TsfErrors.Cancelled)
        {
            throw TsfErrors.WarmupMismatch.With($"Warm-up sample {sample} got no answer: {exception.Code} {exception.Message}", exception);
        }
    }

    private void Compare(int sample, ModelInferResponse response)
    {
        HasDiffered = true;
        for (var output = 0; output < samples[sample].Outputs.Count; output++)
        {
            LargestDifference = Math.Max(LargestDifference, Compare(sample, samples[sample].Outputs[output], samples[sample].Tolerance, response, output));
        }

        HasDiffered = false;
    }

    private static double Compare(int sample, SampleTensor expected, double tolerance, ModelInferResponse response, int place)
    {
        var seen = response.Outputs[place];
        var raw = response.RawOutputContents[place].Span;
        if (seen.Datatype != expected.Datatype.Name() || !seen.Shape.SequenceEqual(expected.Shape))
        {
            throw Mismatch($"{expected.Datatype.Name()} {TensorShape.Format([.. expected.Shape])}", $"{seen.Datatype} {TensorShape.Format([.. seen.Shape])}");
        }

        var expectedRaw = SampleCodec.ToRaw(expected);
        if (expectedRaw.Length != raw.Length && expected.Datatype != Datatype.Bytes)
        {
            throw TsfErrors.InvalidManifest.With($"Warm-up sample {sample}: the data of output '{expected.Name}' do not fill its shape.");
        }

        if (expected.Datatype == Datatype.Bytes)
        {
            return raw.SequenceEqual(expectedRaw) ? 0 : throw Mismatch("equal strings", "other strings");
        }

        var largest = 0.0;
        for (var i = 0; i < raw.Length / expected.Datatype.ElementSize(); i++)
        {
            var (want, got) = (SampleCodec.NumberAt(expectedRaw, expected.Datatype, i), SampleCodec.NumberAt(raw, expected.Datatype, i));
            var difference = want.Equals(got) ? 0 : Math.Abs(want - got);

            // Turned round, so that a difference that is not a number is a mismatch.
            if (!(difference <= tolerance))
            {
                throw Mismatch($"a difference of at most {tolerance:g3}", $"{difference:g3} at element {i}");
            }

            largest = Math.Max(largest, difference);
        }

        return largest;

        TsfException Mismatch(string want, string got) =>
            TsfErrors.WarmupMismatch.With($"Warm-up sample {sample}, output '{expected.Name}': expected {want}, seen {got}.");
    }
}
