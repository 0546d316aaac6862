using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.CollateralSources;

public sealed class CollateralCacheTests
{
    private static readonly CollateralRequest Request = new([0x90, 0xc0, 0x6f, 0, 0, 0], PckAuthority.Platform);
    private readonly FakeTimeProvider time = new(SyntheticCollateral.Clock);
    private readonly Source source = new();

    [Fact]
    public async Task Collateral_IsFetchedOnce_AndServedUntilItIsTimeToRefresh()
    {
        using var cache = Cache();
        var first = await cache.GetAsync(Request, CancellationToken.None);

        Assert.Equal((SyntheticCollateral.Next, SyntheticCollateral.Clock), (first.Until, first.Fetched));
        Assert.Equal(SyntheticCollateral.Clock + ((SyntheticCollateral.Next - SyntheticCollateral.Clock) / 2), first.RefreshAfter);
        time.Advance(first.RefreshAfter - SyntheticCollateral.Clock - TimeSpan.FromSeconds(1));
        Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
        Assert.Equal(1, source.Fetches);
    }

    [Fact]
    public async Task Collateral_PastItsRefresh_IsServedWhileTheNextIsFetched()
    {
        using var cache = Cache();
        var first = await cache.GetAsync(Request, CancellationToken.None);
        time.SetUtcNow(first.RefreshAfter);
        source.Hold();

        Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
        Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
        source.Release();
        var second = await Eventually(cache, now => now != first);

        Assert.Equal(2, source.Fetches);
        Assert.Equal(first.RefreshAfter, second.Fetched);
    }

    [Fact]
    public async Task Refresh_ThatFails_LeavesTheLastGoodOne_UntilItsEnd()
    {
        using var cache = Cache();
        var first = await cache.GetAsync(Request, CancellationToken.None);
        source.Failure = TsfErrors.CollateralUnreachable.With("The service does not answer.");
        time.SetUtcNow(first.RefreshAfter);
        Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
        await Eventually(() => cache.LastFailure(Request)?.Code == "TSF3351");

        Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
        Assert.Equal(2, source.Fetches);
        time.SetUtcNow(first.Until);
        Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
        await Eventually(() => source.Fetches == 3);

        time.SetUtcNow(first.Until + TimeSpan.FromHours(1));
        Assert.Equal("TSF3351", (await Assert.ThrowsAsync<TsfException>(() => cache.GetAsync(Request, CancellationToken.None))).Code);
    }

    [Fact]
    public async Task Failure_IsNotAskedAgainBeforeItsTime()
    {
        source.Failure = TsfErrors.CollateralNotFound.With("Nothing there.");
        using var cache = Cache();
        for (var i = 0; i < 5; i++)
        {
            var refusal = await Assert.ThrowsAsync<TsfException>(() => cache.GetAsync(Request, CancellationToken.None));
            Assert.Equal("TSF3350", refusal.Code);
        }

        Assert.Equal(1, source.Fetches);
        time.Advance(TimeSpan.FromMinutes(1));
        source.Failure = null;
        Assert.NotNull(await cache.GetAsync(Request, CancellationToken.None));
        Assert.Null(cache.LastFailure(Request));
    }

    [Fact]
    public async Task ManyCallers_ShareOneFetch_AndOneLeavingDisturbsNobody()
    {
        source.Hold();
        using var cache = Cache();
        using var leaving = new CancellationTokenSource();
        var left = cache.GetAsync(Request, leaving.Token);
        var others = Enumerable.Range(0, 50).Select(_ => cache.GetAsync(Request, CancellationToken.None)).ToList();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        source.Release();
        Assert.Single((await Task.WhenAll(others)).Distinct());
        Assert.Equal(1, source.Fetches);
    }

    [Fact]
    public async Task Collateral_ThatDoesNotHold_IsNotKept()
    {
        (TdxCollateral Collateral, string Code)[] wrong =
        [
            (new SyntheticCollateral { EditText = text => text.Replace("UpToDate", "uptodate", StringComparison.Ordinal) }.Build(), "TSF3352"),
            (new SyntheticCollateral { Pki = new SyntheticPki() }.Build(), "TSF3352"),
            (new SyntheticCollateral { EditTcbInfo = info => info["fmspc"] = "50806f000000" }.Build(), "TSF3352"),
            (new SyntheticCollateral { EditTcbInfo = info => info["id"] = "SGX" }.Build(), "TSF3352"),
            (new SyntheticCollateral { EditTcbInfo = info => info["nextUpdate"] = "2026-06-14T23:59:59Z" }.Build(), "TSF3353"),
            (new SyntheticCollateral { EditQeIdentity = identity => identity["issueDate"] = "2026-06-29T00:00:00Z" }.Build(), "TSF3353"),
            (new SyntheticCollateral { Processor = true }.Build(), "TSF3352"),
            (new SyntheticCollateral().Build() with { RootCaCrl = default }, "TSF3352"),
            (new SyntheticCollateral().Build() with { PckCrl = default }, "TSF3352"),
            (new SyntheticCollateral().Build() with { TcbInfo = "{}"u8.ToArray() }, "TSF3352"),
        ];
        foreach (var (collateral, code) in wrong)
        {
            var clock = new FakeTimeProvider(SyntheticCollateral.Clock);
            var changing = new Source();
            using var cache = new CollateralCache(changing, Options(), clock);
            var first = await cache.GetAsync(Request, CancellationToken.None);
            changing.Collateral = collateral;
            using var empty = new CollateralCache(changing, Options(), clock);
            Assert.Equal(code, (await Assert.ThrowsAsync<TsfException>(() => empty.GetAsync(Request, CancellationToken.None))).Code);

            clock.SetUtcNow(first.RefreshAfter);
            await cache.GetAsync(Request, CancellationToken.None);
            await Eventually(() => cache.LastFailure(Request) is not null);
            Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Collateral_WithALowerEvaluationNumber_DoesNotDisplaceTheHigher(bool tcbInfo)
    {
        using var cache = Cache();
        var first = await cache.GetAsync(Request, CancellationToken.None);
        Action<JsonObject> lower = document => document["tcbEvaluationDataNumber"] = 16;
        source.Collateral = (tcbInfo ? new SyntheticCollateral { EditTcbInfo = lower } : new SyntheticCollateral { EditQeIdentity = lower }).Build();
        time.SetUtcNow(first.RefreshAfter);
        await cache.GetAsync(Request, CancellationToken.None);
        await Eventually(() => cache.LastFailure(Request) is not null);

        Assert.Contains("went back from evaluation number 18 and 17", cache.LastFailure(Request)!.Message, StringComparison.Ordinal);
        Assert.Same(first, await cache.GetAsync(Request, CancellationToken.None));
    }

    [Fact]
    public async Task LongValidity_IsStillRefreshedWithinADay()
    {
        using var cache = new CollateralCache(source, new() { TrustAnchor = SyntheticPki.Shared.Anchor }, time);
        Assert.Equal(SyntheticCollateral.Clock.AddDays(1), (await cache.GetAsync(Request, CancellationToken.None)).RefreshAfter);
    }

    [Fact]
    public async Task Full_TheOneAskedForLongestAgo_GivesWay()
    {
        source.ForAny = true;
        using var cache = new CollateralCache(source, new() { Capacity = 2, TrustAnchor = SyntheticPki.Shared.Anchor }, time);
        CollateralRequest[] requests = [Request, new([0x90, 0xc0, 0x6f, 0, 0, 1], PckAuthority.Platform), new([0x90, 0xc0, 0x6f, 0, 0, 2], PckAuthority.Platform)];
        await cache.GetAsync(requests[0], CancellationToken.None);
        await cache.GetAsync(requests[1], CancellationToken.None);
        await cache.GetAsync(requests[0], CancellationToken.None);
        await cache.GetAsync(requests[2], CancellationToken.None);
        Assert.Equal(3, source.Fetches);
        await cache.GetAsync(requests[0], CancellationToken.None);
        Assert.Equal(3, source.Fetches);
        await cache.GetAsync(requests[1], CancellationToken.None);
        Assert.Equal(4, source.Fetches);
    }

    [Fact]
    public async Task OverHttp_ARefreshedAnswerIsServed()
    {
        using var server = new CollateralServer();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        CollateralServiceTests.Fill(server, new SyntheticCollateral().Build());
        using var cache = new CollateralCache(new CollateralService(client, new() { Address = server.Address }, TimeProvider.System), Options(), time);
        var first = await cache.GetAsync(Request, CancellationToken.None);
        CollateralServiceTests.Fill(server, new SyntheticCollateral { EditTcbInfo = info => info["tcbEvaluationDataNumber"] = 19 }.Build());
        time.SetUtcNow(first.RefreshAfter);

        var second = await Eventually(cache, now => now != first);
        Assert.Equal(19, second.Verified.TcbInfo!.EvaluationDataNumber);
    }

    [Fact]
    public async Task FetchesAndFailures_AreLogged()
    {
        var log = new LoggedEvents();
        using var cache = new CollateralCache(source, Options(), time, log);
        var first = await cache.GetAsync(Request, CancellationToken.None);
        source.Failure = TsfErrors.CollateralUnreachable.With("The service does not answer.");
        time.SetUtcNow(first.RefreshAfter);
        await cache.GetAsync(Request, CancellationToken.None);
        await Eventually(() => log.Events.Count == 2);
        Assert.Equal([3301, 3302], log.Events.Select(entry => entry.Id));
        Assert.Contains("TSF3351 The service does not answer.", log.Events.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_OptionsOutOfRange_AllAtOnce()
    {
        var options = new CollateralCacheOptions { RefreshFraction = double.NaN, LongestRefresh = TimeSpan.Zero, RetryAfter = TimeSpan.Zero, Capacity = 0 };
        var refusal = Assert.Throws<TsfException>(() => new CollateralCache(source, options, time));
        Assert.Equal("TSF0002", refusal.Code);
        Assert.All(["RefreshFraction is", "LongestRefresh is", "RetryAfter is", "Capacity is"], problem => Assert.Contains(problem, refusal.Message, StringComparison.Ordinal));
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 2000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.True(condition());
    }

    private static async Task<CachedCollateral> Eventually(CollateralCache cache, Func<CachedCollateral, bool> condition)
    {
        for (var i = 0; ; i++)
        {
            var now = await cache.GetAsync(Request, CancellationToken.None);
            if (condition(now))
            {
                return now;
            }

            Assert.True(i < 2000);
            await Task.Delay(5);
        }
    }

    private static CollateralCacheOptions Options() => new() { LongestRefresh = TimeSpan.FromDays(30), TrustAnchor = SyntheticPki.Shared.Anchor };

    private CollateralCache Cache() => new(source, Options(), time);

    private sealed class Source : ICollateralSource
    {
        private TaskCompletionSource held = Released();
        private int fetches;

        public TdxCollateral Collateral { get; set; } = new SyntheticCollateral().Build();

        public TsfException? Failure { get; set; }

        /// <summary>Gives each platform collateral of its own.</summary>
        public bool ForAny { get; set; }

        public int Fetches => fetches;

        public void Hold() => held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => held.SetResult();

        public async Task<TdxCollateral> GetAsync(CollateralRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref fetches);
            await held.Task.WaitAsync(cancellationToken);
            return Failure is { } failure ? throw failure
                : ForAny ? new SyntheticCollateral { EditTcbInfo = info => info["fmspc"] = request.Fmspc }.Build()
                : Collateral;
        }

        private static TaskCompletionSource Released()
        {
            var released = new TaskCompletionSource();
            released.SetResult();
            return released;
        }
    }
}
