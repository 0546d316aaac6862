using Google.Protobuf.Collections;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Functions.Http;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Tests.Http;

/// <summary>A request's time.</summary>
public sealed class RequestInfoTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void Wall_clock_that_jumps_takes_no_time_from_a_request_and_gives_it_none(int hours)
    {
        var time = new JumpingTime();
        var info = new RequestInfo(time, time.GetTimestamp(), TimeSpan.FromHours(1), CancellationToken.None, IsOwn: true);
        var deadline = info.Deadline([]);

        time.Offset = TimeSpan.FromHours(hours);

        Assert.InRange(info.Left, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));
        Assert.InRange(deadline.Left, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));
    }

    [Fact]
    public void Parameter_shortens_the_deadline_and_never_lengthens_it()
    {
        var time = new FakeTimeProvider();
        var info = new RequestInfo(time, time.GetTimestamp(), 10 * Second, CancellationToken.None, IsOwn: true);
        time.Advance(Second);

        Assert.Equal(9 * Second, info.Deadline([]).Left);
        Assert.Equal(Second, info.Deadline(Timeout(2_000_000)).Left);
        Assert.Equal(9 * Second, info.Deadline(Timeout(60_000_000)).Left);
        time.Advance(5 * Second);
        Assert.True(info.Deadline(Timeout(2_000_000)).HasPassed);
        Assert.Equal(TimeSpan.Zero, Deadline.In(-Second, time).Left);
    }

    [Fact]
    public void Request_that_is_cut_off_has_no_time_left()
    {
        using var cut = new CancellationTokenSource();
        var info = new RequestInfo(TimeProvider.System, TimeProvider.System.GetTimestamp(), TimeSpan.FromHours(1), cut.Token, IsOwn: true);
        Assert.NotEqual(TimeSpan.Zero, info.Left);
        cut.Cancel();
        Assert.Equal(TimeSpan.Zero, info.Left);
    }

    private static MapField<string, InferParameter> Timeout(long microseconds) => new() { ["timeout"] = new InferParameter { Int64Param = microseconds } };
}
