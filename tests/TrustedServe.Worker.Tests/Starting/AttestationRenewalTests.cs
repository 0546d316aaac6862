using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Starting;

public sealed class AttestationRenewalTests : IDisposable
{
    private const int Age = 1000;

    private readonly FakeTimeProvider time = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly ScriptedAttestation script = new();
    private readonly AttestationRenewal renewal;
    private readonly Task<TsfException?> run;

    public AttestationRenewalTests()
    {
        var config = new WorkerConfig { Model = "m", Version = "1", Store = "/s", Socket = "/w", Trust = new TrustConfig(), AttestationMaxAgeSeconds = Age };
        renewal = new AttestationRenewal(config, script, time, NullLogger<AttestationRenewal>.Instance);
        Assert.Null(renewal.Left);
        run = renewal.RunAsync(time.GetTimestamp(), stopping.Token);
    }

    public void Dispose() => stopping.Dispose();

    [Fact]
    public async Task Attests_again_before_the_age_is_over_again_and_again()
    {
        Assert.Equal(TimeSpan.FromSeconds(Age), renewal.Left);
        Advance(0.71);
        Assert.Equal(0, script.Calls);
        Assert.InRange(renewal.Left!.Value.TotalSeconds, 289, 291);
        Advance(0.1);
        await UntilAsync(() => script.Calls == 1);
        await UntilAsync(() => renewal.Left == TimeSpan.FromSeconds(Age));
        for (var i = 2; i < 10; i++)
        {
            Advance(0.81);
            await UntilAsync(() => script.Calls == i);
        }

        Assert.False(run.IsCompleted);
        await stopping.CancelAsync();
        Assert.Null(await run);
    }

    [Fact]
    public async Task Refusal_ends_it_at_once()
    {
        script.Answer = _ => throw TsfErrors.KeyDenied.With("Not any more.");
        Advance(0.81);
        Assert.Equal(TsfErrors.KeyDenied, (await run.WaitAsync(TimeSpan.FromSeconds(30)))!.Error);
        Assert.Equal(1, script.Calls);
        Assert.Equal(TimeSpan.Zero, renewal.Left);
    }

    [Fact]
    public async Task Failure_that_passes_is_tried_again_and_the_age_counts_from_the_success()
    {
        script.Answer = _ => script.Calls < 4 ? throw TsfErrors.BrokerUnreachable.With("Down.") : Task.FromResult("tdx");
        Advance(0.81);
        for (var i = 0; i < 20 && script.Calls < 4; i++)
        {
            await Task.Delay(5);
            time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(4, script.Calls);
        script.Answer = _ => Task.FromResult("tdx");
        await Task.Delay(20);
        Advance(0.7);
        Assert.False(run.IsCompleted);
        Assert.Equal(4, script.Calls);
    }

    [Fact]
    public async Task Failure_that_lasts_ends_it_when_the_age_is_over_with_its_cause()
    {
        script.Answer = _ => throw TsfErrors.BrokerUnreachable.With("Down.");
        for (var i = 0; i < 1000 && !run.IsCompleted; i++)
        {
            Assert.True(i * 5 <= Age + 10, "It went on beyond the age.");
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(2);
        }

        Assert.Equal(TsfErrors.BrokerUnreachable, (await run)!.Error);
        Assert.True(script.Calls > 1);
    }

    [Fact]
    public async Task Attempt_that_never_ends_is_left_when_the_age_is_over()
    {
        // Not even cancellation moves it.
        script.Answer = _ => new TaskCompletionSource<string>().Task;
        Advance(0.81);
        await UntilAsync(() => script.Calls == 1);
        Assert.False(run.IsCompleted);
        Advance(0.2);
        var reason = await run.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(TsfErrors.AttestationExpired, reason!.Error);
        Assert.True(WorkerStart.IsRetryable(reason));
    }

    [Fact]
    public async Task Stop_in_the_middle_of_an_attempt_is_no_failure()
    {
        script.Answer = async cancelled =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancelled);
            return "";
        };
        Advance(0.81);
        await UntilAsync(() => script.Calls == 1);
        await stopping.CancelAsync();
        Assert.Null(await run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Attempt_that_fails_while_it_is_stopped_is_no_failure()
    {
        script.Answer = _ =>
        {
            stopping.Cancel();
            throw TsfErrors.KeyDenied.With("Not any more.");
        };
        Advance(0.81);
        Assert.Null(await run.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(1, script.Calls);
    }

    private void Advance(double part) => time.Advance(TimeSpan.FromSeconds(Age * part));

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 2000, "What was waited for did not come.");
            await Task.Delay(5);
        }

        // What follows the call in the same step has begun its next wait by then.
        await Task.Delay(20);
    }

    private sealed class ScriptedAttestation : IModelLoader
    {
        private int calls;

        public int Calls => Volatile.Read(ref calls);

        public Func<CancellationToken, Task<string>> Answer { get; set; } = _ => Task.FromResult("tdx");

        public Task<string> AttestAgainAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref calls);
            return Answer(cancellationToken);
        }

        public Task<UnsealedModel> LoadAsync(StartProgress progress, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public void Discard()
        {
        }
    }
}
