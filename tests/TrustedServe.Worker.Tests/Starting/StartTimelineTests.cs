using Microsoft.Extensions.Time.Testing;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Starting;

public sealed class StartTimelineTests
{
    private readonly FakeTimeProvider time = new();
    private readonly StartTimeline timeline;

    public StartTimelineTests() => timeline = new StartTimeline(time, time.GetUtcNow());

    [Fact]
    public void Part_that_is_begun_again_takes_the_place_of_the_one_that_ended()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            using (timeline.Begin("attest"))
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        var span = Assert.Single(timeline.Spans);
        Assert.Equal((99.0, 100.0), (span.Started, span.Ended));
    }

    [Fact]
    public void Part_that_lasts_stays_beside_another_of_its_name()
    {
        using var first = timeline.Begin("unseal");
        using var second = timeline.Begin("unseal");
        Assert.Equal(2, timeline.Spans.Count);
    }

    [Fact]
    public void Fetching_lasts_from_its_beginning_to_its_latest_byte()
    {
        time.Advance(TimeSpan.FromSeconds(1));
        var portion = new StartPortion();
        portion.Expect(400);
        var fetched = new FetchedBytes(portion, timeline);
        Assert.Empty(timeline.Spans);
        foreach (var bytes in new[] { 100, 200, 400 })
        {
            time.Advance(TimeSpan.FromSeconds(1));
            fetched.Report(bytes);
            Assert.Equal((uint)bytes / 4, portion.Percent);
        }

        time.Advance(TimeSpan.FromSeconds(1));
        var span = Assert.Single(timeline.Spans);
        Assert.Equal(("fetch", 1.0, 4.0), (span.Name, span.Started, span.Ended));
    }

    [Fact]
    public async Task Fetching_by_many_readers_is_one_part()
    {
        const int Readers = 4;
        using var together = new Barrier(Readers);
        var timelines = Enumerable.Range(0, 2000).Select(_ => new StartTimeline(time, time.GetUtcNow())).ToList();
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Task.Factory.StartNew(
            () => timelines.ForEach(fetching =>
            {
                Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(30)));
                for (var report = 0; report < 20; report++)
                {
                    fetching.Add("fetch", 0);
                }
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.All(timelines, fetched => Assert.Single(fetched.Spans));
    }
}
