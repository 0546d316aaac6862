using Microsoft.ML.OnnxRuntime;

namespace TrustedServe.Optimizer.Verification;

/// <summary>What two graphs cost for the same rows: interleaved rounds of processor time, so that other work on the machine meets both.</summary>
internal sealed record SpeedRatio(double MillisecondsBefore, double MillisecondsAfter, double Ratio)
{
    private const int Rounds = 7;

    // Long enough to be measured, short enough to be waited for.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(300);
    private const int MaxRuns = 2_000;

    /// <summary>Measures.</summary>
    public static SpeedRatio Measure(SampleRunner runner, InferenceSession before, InferenceSession after, IReadOnlyList<OrtValue[]> inputs, CancellationToken cancellationToken)
    {
        Run(after, inputs.Count);
        var once = Run(before, inputs.Count) / inputs.Count;
        var runs = (int)Math.Clamp(Round / once, 1, MaxRuns);
        var rounds = new List<(double Before, double After)>();
        for (var round = 0; round < Rounds; round++)
        {
            rounds.Add((Run(before, runs) / runs / TimeSpan.FromMilliseconds(1), Run(after, runs) / runs / TimeSpan.FromMilliseconds(1)));
        }

        return new SpeedRatio(Median(rounds.Select(round => round.Before)), Median(rounds.Select(round => round.After)), Median(rounds.Select(round => round.Before / round.After)));

        TimeSpan Run(InferenceSession session, int count)
        {
            var start = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                runner.Run(session, inputs[i % inputs.Count]);
            }

            return TimeSpan.FromTicks(Math.Max(1, (Environment.CpuUsage.TotalTime - start).Ticks));
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
