namespace TrustedServe.Cli.Bench.Drawing;

/// <summary>Where a value stands between two places, and round numbers to mark between.</summary>
/// <param name="Most">The largest value.</param>
/// <param name="From">The place of zero.</param>
/// <param name="To">The place of the largest value.</param>
internal readonly record struct Scale(double Most, double From, double To)
{
    private const int WantedMarks = 5;

    /// <summary>The place of a value.</summary>
    public double Place(double value) => From + ((To - From) * (Most > 0 ? value / Most : 0));

    /// <summary>Round values from zero to the largest.</summary>
    public IEnumerable<double> Marks()
    {
        if (!(Most > 0) || !double.IsFinite(Most))
        {
            return [0];
        }

        var rough = Most / WantedMarks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var most = Most;
        var step = new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => step >= rough * 0.999);
        return Enumerable.Range(0, (int)(most / step) + 1).Select(i => i * step);
    }
}
