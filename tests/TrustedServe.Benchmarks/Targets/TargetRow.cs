namespace TrustedServe.Benchmarks.Targets;

/// <summary>What came out.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Wanted">The target, as text.</param>
/// <param name="Figure">The figure; null when it could not be measured.</param>
/// <param name="Met">Whether the target is met; null when nothing was measured or there is none.</param>
/// <param name="Compared">What was compared with what, and what else the figure says.</param>
/// <param name="Rounds">The figure of each round.</param>
internal sealed record TargetRow(string Name, string Wanted, double? Figure, bool? Met, string Compared, IReadOnlyList<double> Rounds)
{
    /// <summary>Rounds that fall on the other side of the target than their middle does: with any, the verdict is within the noise.</summary>
    public int Dissenting { get; private init; }

    /// <summary>The middle of the rounds against a least.</summary>
    public static TargetRow AtLeast(string name, double least, IReadOnlyList<double> rounds, string compared) =>
        new(name, Figures.Format($"≥ {least}"), Figures.Median(rounds), Figures.Median(rounds) >= least, compared, rounds)
        {
            Dissenting = rounds.Count(round => round >= least != Figures.Median(rounds) >= least),
        };

    /// <summary>The middle of the rounds against a most.</summary>
    public static TargetRow AtMost(string name, double most, IReadOnlyList<double> rounds, string compared) =>
        new(name, Figures.Format($"≤ {most}"), Figures.Median(rounds), Figures.Median(rounds) <= most, compared, rounds)
        {
            Dissenting = rounds.Count(round => round <= most != Figures.Median(rounds) <= most),
        };

    /// <summary>A figure to be read beside a target's, without a verdict.</summary>
    public static TargetRow Beside(TargetRow row) => row with { Wanted = "–", Met = null, Dissenting = 0 };

    /// <summary>What could not be measured, with the reason.</summary>
    public static TargetRow Missing(string name, string wanted, string reason) => new(name, wanted, null, null, reason, []);
}
