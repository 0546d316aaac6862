using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tasks;

namespace TrustedServe.Worker.Warmup;

/// <summary>Sends a manifest's samples the way that requests go and compares what comes back. A model that answers otherwise here is not served.</summary>
internal static class WarmupRunner
{
    private const string TopK = "top_k";

    // A sample is one request of a model that was just packed with it; one that takes longer than this hangs.
    private static readonly TimeSpan SampleLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PlacePause = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs all samples: the first alone, so that who waits for the model gets a lane beside it, then as many at once as there are lanes.</summary>
    /// <returns>The largest difference seen.</returns>
    /// <exception cref="TsfException">TSF5005 naming the output and the difference, never data.</exception>
    public static async Task<double> RunAsync(IReadOnlyList<WarmupSample> samples, ITaskPipeline pipeline, LaneScheduler scheduler, StartPortion done, CancellationToken cancellationToken)
    {
        var largest = 0.0;
        done.Expect(samples.Count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<ModelInferResponse>>();
        try
        {
            for (var i = 0; i < samples.Count; i++)
            {
                while (running.Count < (i == 0 ? 1 : scheduler.Lanes.Count) && i + running.Count < samples.Count)
                {
                    running.Enqueue(AnswerAsync(samples, i + running.Count, pipeline, scheduler, stop.Token));
                }

                var response = await running.Dequeue().ConfigureAwait(false);
                for (var output = 0; output < samples[i].Outputs.Count; output++)
                {
                    largest = Math.Max(largest, Compare(i, samples[i].Outputs[output], samples[i].Tolerance, response, output));
                }

                done.Report(i + 1);
            }
        }
        finally
        {
            // One that differs ends the others: nothing may still compute when the sessions end.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        done.Finish();
        return largest;
    }

    private static async Task<ModelInferResponse> AnswerAsync(
        IReadOnlyList<WarmupSample> samples, int sample, ITaskPipeline pipeline, LaneScheduler scheduler, CancellationToken cancellationToken)
    {
        var request = SampleCodec.ToRequest(samples[sample]);
        if (pipeline is not TensorTask && samples[sample].Outputs.FirstOrDefault(output => output.Name is "labels" or "scores") is { Shape: [_, var k] })
        {
            request.Parameters.Add(TopK, new InferParameter { Int64Param = k });
        }

        while (true)
        {
            try
            {
                return await scheduler.RunAsync(pipeline.Prepare(request), SampleLimit, cancellationToken).ConfigureAwait(false);
            }
            catch (TsfException exception) when (exception.Error == TsfErrors.Overloaded)
            {
                // Those who wait for the model took the line's places. They are computed, and no others come before the samples are done.
                await Task.Delay(PlacePause, cancellationToken).ConfigureAwait(false);
            }
            catch (TsfException exception) when (exception.Error != TsfErrors.Cancelled)
            {
                throw TsfErrors.WarmupMismatch.With($"Warm-up sample {sample} got no answer: {exception.Code} {exception.Message}", exception);
            }
        }
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
