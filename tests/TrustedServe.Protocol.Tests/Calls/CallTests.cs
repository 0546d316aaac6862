using System.Collections.Concurrent;
using Google.Protobuf;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Tests.Calls;

public sealed class CallTests
{
    [Fact]
    public async Task Many_in_flight_get_their_own_answers_and_none_is_lost_or_doubled()
    {
        var seen = new ConcurrentDictionary<string, int>();
        using var pair = new CallPair(async (request, _, _) =>
        {
            seen.AddOrUpdate(request.Id, 1, (_, count) => count + 1);
            await Task.Delay(Random.Shared.Next(3));
            return new ModelInferResponse { Id = request.Id, RawOutputContents = { request.RawInputContents[0] } };
        });

        await Parallel.ForEachAsync(Enumerable.Range(0, 128), new ParallelOptions { MaxDegreeOfParallelism = 128 }, async (caller, _) =>
        {
            for (var i = 0; i < 25; i++)
            {
                // Some beyond what is written at once, so that both ways of writing take turns.
                var request = CallPair.Request($"{caller}/{i}", i % 5 == 0 ? 100_000 + caller : caller);
                var answer = await pair.Client.InferAsync(request, CallPair.Long, CancellationToken.None);
                Assert.Equal((request.Id, request.RawInputContents[0].Length), (answer.Id, answer.RawOutputContents[0].Length));
            }
        });

        Assert.Equal(128 * 25, seen.Count);
        Assert.All(seen.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Large_answers_pass_whole_and_small_ones_after_them()
    {
        using var pair = new CallPair((request, _, _) => Task.FromResult(new ModelInferResponse
        {
            Id = request.Id,
            RawOutputContents = { Pattern(int.Parse(request.Id, null)) },
        }));
        foreach (var size in new[] { 7 << 20, 3, 70_000, 1, 2 << 20, 0, 65_535, 65_536 })
        {
            var answer = await pair.Client.InferAsync(CallPair.Request($"{size}"), CallPair.Long, CancellationToken.None);
            Assert.Equal(Pattern(size), answer.RawOutputContents[0]);
        }

        static ByteString Pattern(int size) => ByteString.CopyFrom([.. Enumerable.Range(0, size).Select(i => (byte)(i * 31 / 7))]);
    }

    [Fact]
    public async Task Answer_over_the_limit_is_refused_and_the_connection_goes_on()
    {
        using var pair = new CallPair((request, _, _) => Task.FromResult(new ModelInferResponse
        {
            RawOutputContents = { ByteString.CopyFrom(new byte[request.Id == "big" ? CallPair.MaxMessageBytes : 1]) },
        }));
        Assert.Equal(TsfErrors.BodyTooLarge, (await FailureAsync(pair.Client, "big")).Error);
        Assert.Single((await pair.Client.InferAsync(CallPair.Request("small"), CallPair.Long, CancellationToken.None)).RawOutputContents);
    }

    [Fact]
    public async Task Refusal_arrives_with_code_text_and_pause_and_other_failures_without_their_text()
    {
        using var pair = new CallPair((request, _, _) => request.Id == "full"
            ? throw new TsfException(TsfErrors.Overloaded, "All lanes are taken.") { RetryAfterSeconds = 7 }
            : throw new InvalidOperationException("a value of the input"));

        var full = await FailureAsync(pair.Client, "full");
        Assert.Equal((TsfErrors.Overloaded, "All lanes are taken.", 7), (full.Error, full.Message, full.RetryAfterSeconds));
        var broken = await FailureAsync(pair.Client, "broken");
        Assert.Equal((TsfErrors.Internal, (int?)null), (broken.Error, broken.RetryAfterSeconds));
        Assert.DoesNotContain("a value", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_that_leaves_is_told_to_the_worker_and_others_go_on()
    {
        var left = new TaskCompletionSource();
        using var pair = new CallPair(async (request, _, leaving) =>
        {
            if (request.Id == "slow")
            {
                using var registration = leaving.Register(() => left.SetResult());
                await Task.Delay(Timeout.InfiniteTimeSpan, leaving);
            }

            return new ModelInferResponse { Id = request.Id };
        });
        using var leaving = new CancellationTokenSource();
        var slow = pair.Client.InferAsync(CallPair.Request("slow"), CallPair.Long, leaving.Token);
        await pair.Client.InferAsync(CallPair.Request("quick"), CallPair.Long, CancellationToken.None);
        await leaving.CancelAsync();

        Assert.Equal(TsfErrors.Cancelled, (await Assert.ThrowsAsync<TsfException>(() => slow)).Error);
        await left.Task;
        await pair.Client.InferAsync(CallPair.Request("quick"), CallPair.Long, CancellationToken.None);
    }

    [Fact]
    public async Task Deadline_ends_the_call_and_its_computation_even_when_the_worker_does_not_look_at_it()
    {
        var left = new TaskCompletionSource();
        TimeSpan told = default;
        using var pair = new CallPair(async (_, remaining, leaving) =>
        {
            told = remaining;
            using var registration = leaving.Register(() => left.SetResult());
            await left.Task;
            return new ModelInferResponse();
        });
        var failure = await Assert.ThrowsAsync<TsfException>(() => pair.Client.InferAsync(CallPair.Request("x"), TimeSpan.FromMilliseconds(50), CancellationToken.None));

        await left.Task; // the client does not wait until it was told
        Assert.Equal((TsfErrors.DeadlineExceeded, TimeSpan.FromMilliseconds(50)), (failure.Error, told));
    }

    [Fact]
    public async Task Connection_that_breaks_ends_every_call_at_once_on_both_ends()
    {
        var left = new CountdownEvent(20);
        using var pair = new CallPair(async (_, _, leaving) =>
        {
            using var registration = leaving.Register(() => left.Signal());
            await Task.Delay(Timeout.InfiniteTimeSpan, leaving);
            return new ModelInferResponse();
        });
        var calls = Enumerable.Range(0, 20).Select(i => FailureAsync(pair.Client, $"{i}")).ToArray();
        pair.Listener.Dispose();

        Assert.All(await Task.WhenAll(calls), failure => Assert.Equal((TsfErrors.WorkerLost, 1), (failure.Error, failure.RetryAfterSeconds)));
        Assert.True(pair.Client.IsClosed);
        Assert.Equal(TsfErrors.WorkerLost, (await FailureAsync(pair.Client, "later")).Error);
        Assert.Equal(TsfErrors.WorkerLost, Assert.Throws<TsfException>(pair.Connect).Error);
        Assert.False(File.Exists(pair.Path));
    }

    [Fact]
    public async Task Stop_lets_what_is_in_hand_end_and_takes_nothing_new()
    {
        var go = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        using var pair = new CallPair(async (request, _, _) =>
        {
            arrived.TrySetResult();
            await go.Task;
            return new ModelInferResponse { Id = request.Id };
        });
        var inHand = pair.Client.InferAsync(CallPair.Request("in hand"), CallPair.Long, CancellationToken.None);
        await arrived.Task;
        var stop = pair.Listener.StopAsync(CancellationToken.None);

        Assert.Equal(TsfErrors.ModelNotReady, (await FailureAsync(pair.Client, "new")).Error);
        Assert.False(stop.IsCompleted);
        go.SetResult();
        Assert.Equal("in hand", (await inHand).Id);
        await stop;
    }

    [Fact]
    public async Task Connection_that_comes_during_a_stop_gets_nothing_computed()
    {
        var go = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        using var pair = new CallPair(async (request, _, _) =>
        {
            if (request.Id == "in hand")
            {
                arrived.TrySetResult();
                await go.Task;
            }

            return new ModelInferResponse { Id = request.Id };
        });
        var inHand = pair.Client.InferAsync(CallPair.Request("in hand"), CallPair.Long, CancellationToken.None);
        await arrived.Task;
        var stop = pair.Listener.StopAsync(CancellationToken.None);

        using var late = pair.Connect();
        Assert.Equal(TsfErrors.ModelNotReady, (await FailureAsync(late, "late")).Error);
        go.SetResult();
        Assert.Equal("in hand", (await inHand).Id);
        await stop;
    }

    private static Task<TsfException> FailureAsync(CallClient client, string id) =>
        Assert.ThrowsAsync<TsfException>(() => client.InferAsync(CallPair.Request(id), CallPair.Long, CancellationToken.None));
}
