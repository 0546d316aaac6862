using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Functions.Draining;

namespace TrustedServe.Functions.Tests.Draining;

/// <summary>The order of an end, on a clock that the test moves.</summary>
public sealed class DrainTests
{
    private readonly FakeTimeProvider time = new();
    private readonly Drain drain;
    private long inHand;

    public DrainTests() => drain = Create(new DrainOptions());

    [Fact]
    public void Options_KeepAReserve_AndNeverDelayMoreThanAThird()
    {
        Assert.Equal(TimeSpan.FromSeconds(5), new DrainOptions().Delay);
        Assert.Equal(TimeSpan.FromSeconds(25), new DrainOptions().Cut);
        Assert.Equal(TimeSpan.FromSeconds(2), new DrainOptions { GraceSeconds = 6 }.Delay);
        Assert.Equal(TimeSpan.FromSeconds(4.5), new DrainOptions { GraceSeconds = 6 }.Cut);
        Assert.Equal(TimeSpan.FromSeconds(1), new DrainOptions().Refusal);
        Assert.Equal(TimeSpan.FromSeconds(0.4), new DrainOptions { GraceSeconds = 6 }.Refusal);
        Assert.Equal(TimeSpan.Zero, new DrainOptions { GraceSeconds = 0 }.Delay);
        Assert.Equal(TimeSpan.Zero, new DrainOptions { GraceSeconds = 0 }.Refusal);
        Assert.Equal(TimeSpan.Zero, new DrainOptions { GraceSeconds = 0 }.Cut);
    }

    [Fact]
    public async Task Idle_ServesThroughTheDelay_ThenRefuses_ThenEnds()
    {
        var ended = drain.Begin("test", skipDelay: false);
        Assert.True(drain.HasBegun);
        Assert.False(drain.Refuses);
        await MoveAsync(TimeSpan.FromSeconds(4));
        Assert.False(drain.Refuses);
        Assert.False(ended.IsCompleted);
        await MoveAsync(TimeSpan.FromSeconds(1.5));
        Assert.True(drain.Refuses); // for a moment, so that callers hear it
        Assert.False(ended.IsCompleted);
        await MoveAsync(TimeSpan.FromSeconds(1.5));
        await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(drain.Refuses);
    }

    [Fact]
    public async Task AskedByAnotherPath_DoesNotHurry()
    {
        inHand = 1;
        var ended = drain.Begin("a signal", skipDelay: true);
        Assert.Same(ended, drain.Join("the end of the parent"));
        await MoveAsync(TimeSpan.FromSeconds(1));
        Assert.False(drain.Cut.IsCancellationRequested);
        inHand = 0;
        await MoveAsync(TimeSpan.FromSeconds(1));
        await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task WhatIsInHand_IsWaitedFor_AndNotCutOff()
    {
        inHand = 2;
        var ended = drain.Begin("test", skipDelay: true);
        await MoveAsync(TimeSpan.FromSeconds(10));
        Assert.False(ended.IsCompleted);
        Assert.False(drain.Cut.IsCancellationRequested);
        inHand = 0;
        await MoveAsync(TimeSpan.FromSeconds(1));
        await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task WhatDoesNotEnd_IsCutOffBeforeTheGraceIsOver()
    {
        inHand = 1;
        var ended = drain.Begin("test", skipDelay: true);
        await MoveAsync(TimeSpan.FromSeconds(24));
        Assert.False(drain.Cut.IsCancellationRequested);
        await MoveAsync(TimeSpan.FromSeconds(2));
        await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(drain.Cut.IsCancellationRequested);
    }

    [Fact]
    public async Task SecondAsking_Hurries()
    {
        inHand = 1;
        var ended = drain.Begin("test", skipDelay: false);
        Assert.Same(ended, drain.Begin("test", skipDelay: false));
        Assert.True(drain.Cut.IsCancellationRequested);
        await ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task GraceOfZero_CutsOffAtOnce()
    {
        var atOnce = Create(new DrainOptions { GraceSeconds = 0 });
        inHand = 1;
        await atOnce.Begin("test", skipDelay: false).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(atOnce.Cut.IsCancellationRequested);
    }

    private Drain Create(DrainOptions options)
    {
        var created = new Drain(options, time, NullLogger<Drain>.Instance);
        created.Watch(() => Interlocked.Read(ref inHand));
        return created;
    }

    // In small steps with pauses between: the drain sets its next timer only after it has looked.
    private async Task MoveAsync(TimeSpan by)
    {
        for (var moved = TimeSpan.Zero; moved < by; moved += TimeSpan.FromMilliseconds(100))
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
