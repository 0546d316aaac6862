using System.Globalization;
using System.Xml.Linq;
using CsCheck;
using TrustedServe.Cli.Bench.ColdStart;
using TrustedServe.Cli.Bench.Drawing;
using TrustedServe.Cli.Bench.Histograms;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Cli.Hosting;

namespace TrustedServe.Benchmarks.Tests.Load;

public sealed class DrawingTests
{
    private static readonly string[] Elements = ["svg", "title", "rect", "line", "polyline", "text"];

    [Fact]
    public void Any_title_gives_well_formed_XML_without_script() =>
        Gen.String.Sample(title => Check(LoadPlot.Draw(Result([10, 200, 3_000]), title)));

    [Fact]
    public void Nothing_measured_can_be_drawn() => Check(LoadPlot.Draw(Result([]), "nothing"));

    [Fact]
    public void A_start_is_drawn_with_a_bar_for_each_step()
    {
        var timeline = new StartTimeline();
        timeline.Add(Event(LogIds.WorkerStarted), 0.5);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Hardened"), ("Seconds", "0.25")), 0.9);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Ready"), ("Seconds", "0.75")), 1.5);
        timeline.AddAnswer("<script>", 1.5, 1.75);

        Assert.Equal([(0, 0.5), (0.5, 0.75), (0.75, 1.25), (1.5, 1.75)], timeline.Steps.Select(step => (step.Begin, step.End)));
        var drawing = Check(TimelinePlot.Draw(timeline, "start"));
        Assert.Equal(1 + 4, drawing.Descendants().Count(element => element.Name.LocalName == "rect"));
    }

    [Fact]
    public void Parts_that_a_worker_names_take_the_place_of_its_steps_and_overlap()
    {
        var timeline = new StartTimeline();
        timeline.Add(Event(LogIds.WorkerStarted), 0.5);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Hardened"), ("Seconds", "0.25")), 0.9);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Ready"), ("Seconds", "1.5"), ("Details", """{"timeline":"attest=0.250..0.750;fetch=0.300..1.250;prepack=1.500..","attestation-age":"1.2"}""")), 2.5);

        Assert.Equal(
            [("process started", 0, 0.5), ("attest", 0.75, 1.25), ("fetch", 0.8, 1.75)],
            timeline.Steps.Select(step => (step.Name, Math.Round(step.Begin, 3), Math.Round(step.End, 3))));
        Check(TimelinePlot.Draw(timeline, "start"));
    }

    [Fact]
    public void Process_that_began_before_the_line_about_it_came_has_its_parts_where_they_were()
    {
        var timeline = new StartTimeline();
        timeline.Add(Event(LogIds.WorkerStarted), 0.5);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Hardened"), ("Seconds", "0.75")), 1);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Ready"), ("Seconds", "1.5"), ("Details", """{"timeline":"attest=0.500..1.500"}""")), 2.5);
        Assert.Equal(("attest", 0.75, 1.75), timeline.Steps.Select(step => (step.Name, step.Begin, step.End)).Last());
    }

    [Theory]
    [InlineData("")]
    [InlineData(";;=;a;a=;=1..2;a=1;a=1..;a=..1;a=2..1;a=x..y;a=1..2..3;a=-1..2;a=NaN..1;a=1..1e999")]
    public void Text_that_is_no_part_is_passed_over(string text) => Assert.Empty(StartParts.Parse(text));

    [Fact]
    public void Any_text_is_read_without_failing() => Gen.String.Sample(text => StartParts.Parse(text));

    [Fact]
    public void A_step_ends_no_later_than_its_line_came_and_no_earlier_than_the_one_before()
    {
        var timeline = new StartTimeline();
        timeline.Add(Event(LogIds.WorkerStarted), 1);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Hardened"), ("Seconds", "500")), 2);
        timeline.Add(Event(LogIds.WorkerStep, ("Phase", "Ready"), ("Seconds", "-3")), 3);
        Assert.Equal([1, 2, 2], timeline.Steps.Select(step => step.End));
    }

    private static XDocument Check(string svg)
    {
        var document = XDocument.Parse(svg);
        foreach (var element in document.Descendants())
        {
            Assert.Contains(element.Name.LocalName, Elements);
            foreach (var attribute in element.Attributes())
            {
                Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Name.LocalName == "href");
                if (attribute.Name.LocalName is "x" or "y" or "x1" or "x2" or "y1" or "y2" or "width" or "height")
                {
                    Assert.True(double.IsFinite(double.Parse(attribute.Value, NumberStyles.Float, CultureInfo.InvariantCulture)));
                }
            }
        }

        return document;
    }

    private static LogEvent Event(int id, params (string Name, string Value)[] values) =>
        new(id, "Information", "", values.Append(("Model", "m")).Append(("Version", "1")).ToDictionary(value => value.Item1, value => value.Item2));

    private static LoadResult Result(long[] times)
    {
        var plan = new LoadPlan { Address = new Uri("http://127.0.0.1"), Requests = [] };
        var (latency, series) = (new LatencyHistogram(), new ThroughputSeries(plan.Duration));
        foreach (var time in times)
        {
            latency.Record(time);
            series.Record(TimeSpan.FromSeconds(1));
        }

        return new LoadResult { Plan = plan, Latency = latency, Series = series, Errors = new Dictionary<string, long>(), RequestsPerSecond = 1.5, RowsPerSecond = 1.5, TokensPerSecond = 0, GeneratorCores = 0.1 };
    }
}
