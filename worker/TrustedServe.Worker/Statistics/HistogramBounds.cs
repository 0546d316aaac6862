namespace TrustedServe.Worker.Statistics;

/// <summary>Upper bounds of the histograms. They are part of what is exported: changing one breaks who compares with yesterday.</summary>
internal static class HistogramBounds
{
    /// <summary>Seconds, from a tenth of a millisecond to a minute.</summary>
    public static readonly double[] Seconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>Rows or requests: powers of two.</summary>
    public static readonly double[] Counts = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096];

    /// <summary>Share of the computed cells that is padding. The tenth is the bound that runs keep to.</summary>
    public static readonly double[] Padding = [0, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.2, 0.5];

    /// <summary>Tokens a second of one lane.</summary>
    public static readonly double[] TokensPerSecond = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
}
