namespace TrustedServe.Benchmarks;

/// <summary>What one run cost.</summary>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of all cores together.</param>
internal sealed record SealingCost(double Seconds, double ProcessorSeconds);
