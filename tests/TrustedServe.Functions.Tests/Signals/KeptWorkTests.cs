using CsCheck;
using TrustedServe.Functions.Signals;

namespace TrustedServe.Functions.Tests.Signals;

public sealed class KeptWorkTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        var name = Gen.String[Gen.Char["abcXYZ019_.-"], 1, 64];
        var sums = Gen.Select(
            Gen.Double[0.01, 60], Gen.Double[1, 1e4], Gen.Double[0, 60], Gen.Double[0.1, 20], Gen.Double[2, 1000],
            (seconds, rows, beside, messages, each) => new WorkSums(seconds, rows, beside, messages, rows * each));
        Gen.Select(name, name, sums).Array[0, 8].Sample(entries =>
        {
            var work = entries.GroupBy(entry => new ModelKey(entry.Item1, entry.Item2)).ToDictionary(group => group.Key, group => group.First().Item3);

            var read = KeptWork.Parse(KeptWork.Write(work));

            return work.Count == read.Count && work.All(pair => Near(pair.Value, read[pair.Key]));
        });
    }

    [Fact]
    public void Anything_is_read_without_complaint_and_within_bounds()
    {
        var piece = Gen.OneOf(
            Gen.String[Gen.Char["1 @=,.-+eE0123456789NaInfty∞\0ab"], 0, 40],
            Gen.Const("1 m@1="), Gen.Const("1e308"), Gen.Const(","), Gen.Const("NaN"), Gen.Const("-1"), Gen.Const(" m@1=5,5,5,5,5"));
        piece.Array[0, 30].Select(string.Concat).Sample(text =>
            KeptWork.Parse(text).Values.All(sums =>
                sums.RowSeconds is >= 0 and <= WorkSums.RowMemory * 1.001
                && sums.Messages is >= 0 and <= WorkSums.MessageMemory * 1.001
                && sums.SecondsPerRow is null or (> 0 and <= 3601)
                && sums.SecondsPerMessage is null or (>= 0 and <= 3601)
                && double.IsFinite(sums.Bytes)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2 m@1=1,1,1,1,1")]
    [InlineData("1 m@1=1,1,1,1")]
    [InlineData("1 m@1=NaN,1,1,1,1")]
    [InlineData("1 m@1=1,Infinity,1,1,1")]
    [InlineData("1 m@1=-1,1,1,1,1")]
    [InlineData("1 m@1=4000,1,1,1,1")] // more than an hour a row
    [InlineData("1 m@1=0,1,1,1,1")] // rows for nothing
    [InlineData("1 m@1=1,1,1,1,0.5")] // half a byte a row
    [InlineData("1 m=1,1,1,1,1")]
    [InlineData("1 m@1@2=1,1,1,1,1")]
    public void Nonsense_is_as_good_as_absent(string? text) => Assert.Empty(KeptWork.Parse(text));

    [Fact]
    public void Good_entries_survive_bad_ones_and_weigh_no_more_than_own_work()
    {
        var read = KeptWork.Parse("1 torn@1=5,5 m@1=6000,60000,2000,4000,600000 ");

        var sums = Assert.Single(read).Value;
        Assert.Equal((60.0, 600.0, 10.0, 20.0), (sums.RowSeconds, sums.Rows, sums.MessageSeconds, sums.Messages));
        Assert.Equal(10, sums.BytesPerRow);
    }

    [Fact]
    public void Text_stays_within_what_metadata_may_hold()
    {
        var many = Enumerable.Range(0, 1000).ToDictionary(i => new ModelKey($"model-{i:D4}-{new string('x', 40)}", "1"), _ => new WorkSums(1.123456789, 2, 3, 4, 5));

        var text = KeptWork.Write(many);

        Assert.InRange(text.Length, KeptWork.MaxLength - 200, KeptWork.MaxLength);
        Assert.NotEmpty(KeptWork.Parse(text));
        Assert.Empty(KeptWork.Parse(text + new string(' ', KeptWork.MaxLength)));
    }

    private static bool Near(WorkSums left, WorkSums right) =>
        Near(left.SecondsPerRow, right.SecondsPerRow) && Near(left.SecondsPerMessage, right.SecondsPerMessage) && Near(left.BytesPerRow, right.BytesPerRow);

    private static bool Near(double? left, double? right) => Math.Abs(left!.Value - right!.Value) <= 1e-6 * Math.Max(1, left.Value);
}
