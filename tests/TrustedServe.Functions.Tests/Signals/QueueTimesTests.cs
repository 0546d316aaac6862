using TrustedServe.Functions.Signals;

namespace TrustedServe.Functions.Tests.Signals;

public sealed class QueueTimesTests
{
    private readonly QueueTimes times = new();

    [Fact]
    public void Mean_is_of_what_was_added_within_a_minute()
    {
        Assert.Equal(2, At(0, 10, 20));
        Assert.Equal(3, At(10, 20, 60)); // all so far: 60 of 20
        Assert.Equal(0, At(100, 20, 60), 9); // the last that was seen before the minute is where it begins
        Assert.Equal(5, At(101, 30, 110));
        Assert.Equal(5, At(110, 40, 160));
        Assert.Equal(1, At(175, 50, 170)); // what was added before 110 is out of the minute
    }

    [Fact]
    public void Many_who_ask_do_not_shorten_the_minute()
    {
        Assert.Equal(4, At(0, 10, 40));
        for (var i = 1; i < 1200; i++)
        {
            var mean = At(i / 10.0, 10, 40);
            Assert.True(i >= 600 || mean == 4, $"{mean} after {i / 10.0} s");
        }

        Assert.Equal(0, At(120, 10, 40));
        Assert.Equal(10, At(120.1, 20, 140));
    }

    [Fact]
    public void Totals_that_begin_anew_are_taken_as_such()
    {
        At(0, 100, 1000);

        Assert.Equal(0.5, At(10, 4, 2));
        Assert.Equal(0, At(20, 0, 0));
    }

    [Fact]
    public void Nothing_computed_is_no_time() => Assert.Equal(0, At(0, 0, 0));

    private double At(double seconds, double count, double sum) => times.Mean(TimeSpan.FromSeconds(seconds), count, sum);
}
