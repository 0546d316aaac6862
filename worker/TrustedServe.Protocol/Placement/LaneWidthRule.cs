using System.Globalization;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>How many cores a lane gets, and why.</summary>
/// <remarks>
/// 1. A width that is asked for is taken.
/// 2. Throughput: one core. Cores that compute apart lose nothing to waiting for each other (measured with an 8-bit BERT-Large on
///    two cores: 7.1 answers a second apart, 6.4 together).
/// 3. Otherwise the time of the longest input on one core is estimated: two operations a weight and token, at the speed that
///    was measured with BERT-Large (86 billion a second and core in FP32, 300 billion in INT8 where the processor has 8-bit dot
///    products). An upper bound, since embeddings count as weights too.
/// 4. Auto widens by doubling until the estimate is at most 300 ms, but not beyond 4 cores, and leaves each worker two lanes
///    so that one long input does not hold up all others.
/// 5. Latency widens until it is at most 20 ms, but not beyond 16 cores; below 2 ms the threads' waiting for each other costs more
///    than they gain.
/// </remarks>
public static class LaneWidthRule
{
    private const double Fp32PerSecond = 86e9;
    private const double Int8PerSecond = 300e9;
    private const double AutoGoal = 0.3;
    private const int AutoWidest = 4;
    private const double LatencyGoal = 0.02;
    private const int LatencyWidest = 16;
    private const double LatencyLeast = 0.002;

    /// <summary>Seconds that the longest input takes on one core, roughly.</summary>
    public static double EstimateSeconds(ModelFacts model, InstructionSets instructions)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(instructions);
        var bytes = model.Precision switch { "int8" => 1, "bf16" or "fp16" => 2, _ => 4 };
        var speed = bytes == 1 && instructions.HasDotProducts ? Int8PerSecond : Fp32PerSecond;
        return 2.0 * Math.Max(0, model.WeightBytes) / bytes * Math.Max(1, model.MaxSequence ?? 1) / speed;
    }

    /// <summary>Decides.</summary>
    /// <param name="model">The model.</param>
    /// <param name="wishes">What is aimed at.</param>
    /// <param name="instructions">What the processor can do.</param>
    /// <param name="cores">Cores of the narrowest node that lanes are made of; at least 1.</param>
    internal static (int Width, string Reason) Decide(ModelFacts model, PlacementWishes wishes, InstructionSets instructions, int cores)
    {
        // 1. Asked for.
        if (wishes.LaneWidth > 0)
        {
            var width = Math.Min(wishes.LaneWidth, cores);
            return (width, width == wishes.LaneWidth ? "the width was asked for" : $"a width of {wishes.LaneWidth} was asked for, the node has {cores}");
        }

        // 2. Throughput.
        if (wishes.Mode == PlacementMode.Throughput)
        {
            return (1, "throughput: every core computes apart");
        }

        // 3. The estimate.
        if (model.WeightBytes <= 0)
        {
            return (1, "the size of the model is not known");
        }

        var seconds = EstimateSeconds(model, instructions);
        var estimate = $"{Size(model.WeightBytes)} of {model.Precision} weights{(model.MaxSequence is { } tokens ? $" and {tokens} tokens" : "")} take about {Duration(seconds)} on one core";

        // 4. Auto.
        if (wishes.Mode == PlacementMode.Auto)
        {
            var wanted = Widen(seconds, AutoGoal, AutoWidest);
            var width = wanted;
            while (width > 1 && width > cores / 2)
            {
                width /= 2;
            }

            return (width, wanted == 1 ? $"auto: {estimate}, one core answers soon enough"
                : width == wanted ? $"auto: {estimate}, {width} cores bring it near {Duration(seconds / width)}"
                : $"auto: {estimate}; {wanted} cores a lane would leave fewer than two lanes on {cores} core(s)");
        }

        // 5. Latency.
        if (seconds < LatencyLeast)
        {
            return (1, $"latency: {estimate}, too short to be divided");
        }

        var best = Math.Min(Math.Max(2, Widen(seconds, LatencyGoal, LatencyWidest)), cores);
        return (best, $"latency: {estimate}, {best} core(s) bring it near {Duration(seconds / best)}");
    }

    private static int Widen(double seconds, double goal, int widest)
    {
        var width = 1;
        while (width < widest && seconds / width > goal)
        {
            width *= 2;
        }

        return width;
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB");

    private static string Duration(double seconds) => seconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
        : seconds >= 0.01 ? string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.##} ms");
}
