using CsCheck;
using TrustedServe.Cli.Bench.Histograms;

namespace TrustedServe.Benchmarks.Tests.Load;

public sealed class LatencyHistogramTests
{
    private static readonly Gen<long[]> Times = Gen.OneOf(Gen.Long[0, 300], Gen.Long[0, 1_000_000], Gen.Long[0, LatencyHistogram.Longest]).Array[1, 200];

    [Fact]
    public void Percentiles_are_those_of_the_sorted_times_to_within_a_percent() =>
        Gen.Select(Times, Gen.Double[0, 1]).Sample((times, share) =>
        {
            var histogram = Of(times);
            var exact = times.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(share * times.Length) - 1));
            var found = histogram.Percentile(share);
            Assert.InRange(found, exact, exact + (exact / 100));
        });

    [Fact]
    public void Adding_two_counts_as_recording_both() =>
        Gen.Select(Times, Times).Sample((first, second) =>
        {
            var sum = Of(first);
            sum.Add(Of(second));
            var all = Of([.. first, .. second]);
            Assert.Equal((all.Count, all.Max), (sum.Count, sum.Max));
            Assert.Equal(all.Mean, sum.Mean, 1e-6 * Math.Max(1, all.Mean));
            Assert.Equal(all.Percentile(0.99), sum.Percentile(0.99));
        });

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(long.MaxValue, LatencyHistogram.Longest)]
    public void Times_out_of_range_count_as_the_nearest(long time, long counted)
    {
        var histogram = Of([time]);
        Assert.Equal((1, counted, counted), (histogram.Count, histogram.Max, histogram.Percentile(0.5)));
    }

    [Fact]
    public void Nothing_recorded_is_zero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal((0, 0, 0, 0), (histogram.Count, histogram.Max, histogram.Percentile(0.99), histogram.Mean));
    }

    [Fact]
    public void A_series_never_has_more_pieces_than_a_plot_can_show()
    {
        var series = new ThroughputSeries(TimeSpan.FromHours(1));
        series.Record(TimeSpan.FromSeconds(-1));
        series.Record(TimeSpan.Zero);
        series.Record(TimeSpan.FromHours(1));
        Assert.Equal(ThroughputSeries.MaxSlots, series.PerSecond.Count);
        Assert.Equal(1, Math.Round(series.PerSecond.Sum() * series.SlotSeconds));
    }

    private static LatencyHistogram Of(long[] times)
    {
        var histogram = new LatencyHistogram();
        foreach (var time in times)
        {
            histogram.Record(time);
        }

        return histogram;
    }
}
