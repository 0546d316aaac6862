using TrustedServe.Benchmarks.Serving;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Two systems measured in turn, so that both see the same machine.</summary>
/// <param name="First">Figures of the first.</param>
/// <param name="Second">Figures of the second.</param>
internal sealed record Rounds(IReadOnlyList<double> First, IReadOnlyList<double> Second)
{
    /// <summary>First ÷ second of each round.</summary>
    public IReadOnlyList<double> Ratios => [.. First.Zip(Second, (first, second) => first / second)];

    /// <summary>Measures; every other round begins with the second, so that a drift of the machine favours neither.</summary>
    public static async Task<Rounds> MeasureAsync(BenchContext context, Func<Task<double>> first, Func<Task<double>> second)
    {
        var (ofFirst, ofSecond) = (new List<double>(), new List<double>());
        for (var round = 0; round < context.Rounds; round++)
        {
            if (round % 2 == 0)
            {
                ofFirst.Add(await first());
                ofSecond.Add(await second());
            }
            else
            {
                ofSecond.Add(await second());
                ofFirst.Add(await first());
            }
        }

        return new Rounds(ofFirst, ofSecond);
    }

    /// <summary>Both middles as text.</summary>
    public string Middles(string unit) => Figures.Format($"{Figures.Median(First):0.0#} ÷ {Figures.Median(Second):0.0#} {unit}");
}
