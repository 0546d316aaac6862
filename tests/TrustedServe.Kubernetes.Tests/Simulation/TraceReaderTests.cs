using System.Globalization;
using System.Text;
using CsCheck;
using TrustedServe.Kubernetes.Simulation.Traces;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Simulation;

public sealed class TraceReaderTests
{
    private static readonly Gen<TracePoint[]> Points = Gen.Select(Gen.Double[0.001, 100], Gen.Double[0, 1e6]).Array[2, 50].Select(steps =>
    {
        var at = 0.0;
        return steps.Select((step, i) => new TracePoint(i == 0 ? 0 : at += step.Item1, step.Item2)).ToArray();
    });

    [Fact]
    public void Csv_and_json_say_the_same() => Points.Sample(points =>
    {
        var csv = "seconds,perSecond\n" + string.Join('\n', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Seconds:R},{point.PerSecond:R}")));
        var json = "[" + string.Join(',', points.Select(point => string.Create(CultureInfo.InvariantCulture, $$"""{"seconds":{{point.Seconds:R}},"perSecond":{{point.PerSecond:R}}}"""))) + "]";
        Assert.Equal(points, TraceReader.Read("a", Encoding.UTF8.GetBytes(csv)).Points);
        Assert.Equal(points, TraceReader.Read("a", Encoding.UTF8.GetBytes(json)).Points);
    }, iter: 300);

    [Fact]
    public void Anything_is_a_trace_or_refused_with_its_code() =>
        Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Char["0123456789,.-eE\n []{}\":secondprSNa"].Array[0, 200].Select(text => Encoding.UTF8.GetBytes(text))).Sample(bytes =>
        {
            try
            {
                var trace = TraceReader.Read("a", bytes);
                Assert.InRange(trace.Seconds, 0, ArrivalTrace.MaxSeconds);
                Assert.InRange(trace.Peak, 0, ArrivalTrace.MaxPerSecond);
            }
            catch (TsfException exception)
            {
                Assert.Equal("TSF7080", exception.Code);
            }
        }, iter: 5_000);

    [Theory]
    [InlineData("", "0 points")]
    [InlineData("0,1", "1 points")]
    [InlineData("1,1\n2,1", "Point 1")]
    [InlineData("0,1\n0,1", "Point 2")]
    [InlineData("0,1\n5,1\n4,1", "Point 3")]
    [InlineData("0,-1\n5,1", "Point 1")]
    [InlineData("0,1e12\n5,1", "Point 1")]
    [InlineData("0,1\n1e9,1", "Point 2")]
    [InlineData("0,1\nNaN,1", "Line 2")]
    [InlineData("0,1\n5;1", "Line 2")]
    [InlineData("""[{"seconds":0,"perSecond":1,"more":2}]""", "more")]
    [InlineData("""{"seconds":0}""", "no list")]
    public void Refusal_names_the_place(string text, string place)
    {
        var exception = Assert.Throws<TsfException>(() => TraceReader.Read("a", Encoding.UTF8.GetBytes(text)));
        Assert.Equal("TSF7080", exception.Code);
        Assert.Contains(place, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_much_is_refused_before_it_is_read()
    {
        Assert.Equal("TSF7080", Assert.Throws<TsfException>(() => TraceReader.Read("a", new byte[TraceReader.MaxBytes + 1])).Code);
        var lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, ArrivalTrace.MaxPoints + 2).Select(i => $"{i},1\n")));
        Assert.Contains("points", Assert.Throws<TsfException>(() => TraceReader.Read("a", lines)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steady", 1_800)]
    [InlineData("daily", 86_400)]
    [InlineData("burst", 3_600)]
    public void Named_trace_reaches_its_peak(string name, double seconds)
    {
        var trace = NamedTraces.Create(name, 250);
        Assert.Equal(seconds, trace.Seconds);
        Assert.Equal(250, trace.Peak, 6);
    }
}
