using Microsoft.ML.OnnxRuntime;
using TrustedServe.Optimizer.Engine;
using TrustedServe.Optimizer.Verification;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Optimizer.Optimizing;

/// <summary>The answers and the speed of two graphs.</summary>
internal sealed class Comparison
{
    // As many as pack takes of a file of rows.
    private const int WarmupSamples = 2;

    // Rows of the speed rounds: enough to meet different lengths.
    private const int SpeedSamples = 32;

    private readonly IReadOnlyList<WarmupSample> samples;
    private readonly List<ModelOutput[]> firstAnswers = [];
    private readonly string[] names;

    private Comparison(IReadOnlyList<WarmupSample> samples, string[] names) => (this.samples, this.names) = (samples, names);

    /// <summary>The answers.</summary>
    public Agreement Agreement { get; } = new();

    /// <summary>The speed.</summary>
    public required SpeedRatio Speed { get; init; }

    /// <summary>Runs both.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1036, TSF1037.</exception>
    public static Comparison Run(Manifest manifest, string directory, string before, string after, EngineSpec engine, IReadOnlyList<WarmupSample> samples, CancellationToken cancellationToken)
    {
        var runner = new SampleRunner(manifest, directory);
        var inputs = new List<OrtValue[]>();
        using var one = Runtime.Load(before, manifest.Engine?.IsFinished(Runtime.Version) == true);
        using var other = Runtime.Load(after, engine.IsFinished(Runtime.Version));
        try
        {
            var pairs = new List<(ModelOutput[] Expected, ModelOutput[] Seen)>();
            foreach (var sample in samples)
            {
                cancellationToken.ThrowIfCancellationRequested();
                inputs.Add(runner.Inputs(sample));
                pairs.Add((runner.Run(one, inputs[^1]), runner.Run(other, inputs[^1])));
            }

            var comparison = new Comparison(samples, runner.OutputNames) { Speed = SpeedRatio.Measure(runner, one, other, [.. inputs.Take(SpeedSamples)], cancellationToken) };
            foreach (var (expected, seen) in pairs)
            {
                comparison.Agreement.Add(expected, seen);
                comparison.firstAnswers.Add(seen);
            }

            return comparison;
        }
        finally
        {
            inputs.ForEach(values => Array.ForEach(values, value => value.Dispose()));
        }
    }

    /// <summary>Warm-up samples: those that the package had, or the first of the rows that were given.</summary>
    public IReadOnlyList<WarmupSample> Warmup(OptimizeRequest request, Manifest manifest)
    {
        var count = manifest.Warmup.Count > 0 ? manifest.Warmup.Count : Math.Min(WarmupSamples, samples.Count);
        return [.. samples.Take(count).Select((sample, i) => WarmupWriter.Write(sample, manifest, names, firstAnswers[i], Tolerance(request, sample)))];
    }

    /// <summary>
    /// With 8 bits a last digit that another processor rounds otherwise moves a value to the next step, and through the layers
    /// such steps add up to what the 8 bits themselves change, and not to more. Sums that saturate change more than that.
    /// </summary>
    private double Tolerance(OptimizeRequest request, WarmupSample sample) =>
        request.Precision == OptimizeRequest.Int8 ? Math.Max(sample.Tolerance, 2 * Agreement.Largest) : sample.Tolerance;
}
