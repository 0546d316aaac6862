using Google.Protobuf;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Tests.Calls;

/// <summary>What may follow an answer on the thread that reads it, and what may not.</summary>
public sealed class BriefTests
{
    [Theory]
    [InlineData(true, 100, true)]
    [InlineData(true, 5000, false)]
    [InlineData(false, 100, false)]
    public async Task Only_what_is_brief_follows_a_small_answer_on_the_thread_that_read_it(bool brief, int bytes, bool onReader)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var pair = new CallPair(async (request, _, _) =>
        {
            await gate.Task;
            return new ModelInferResponse { Id = request.Id, RawOutputContents = { ByteString.CopyFrom(new byte[bytes]) } };
        });
        var call = Followed(pair.Client, brief);
        gate.SetResult();

        Assert.Equal(onReader, await call);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(100, false)]
    public async Task What_follows_an_answer_holds_up_no_more_than_a_few_that_are_at_hand_behind_it(int answers, bool firstOnReader)
    {
        using var worker = new RawWorker();
        using var client = worker.Connect();
        using var peer = await worker.AcceptAsync();
        var calls = Enumerable.Range(0, answers).Select(_ => Followed(client, brief: true)).ToList();
        var message = new ModelInferResponse().ToByteArray();
        peer.Answers.Send([.. Enumerable.Range(1, answers).SelectMany(number => (byte[])[.. RawPeer.Header(CallKind.Answer, message.Length, number), .. message])]);

        Assert.Equal(firstOnReader, await calls[0]);
        Assert.True(await calls[^1]);
    }

    [Fact]
    public async Task Refusal_and_lost_connection_are_dealt_with_elsewhere()
    {
        using var worker = new RawWorker();
        using var client = worker.Connect();
        using var peer = await worker.AcceptAsync();
        var (refused, lost) = (Followed(client, brief: true), Followed(client, brief: true));
        var message = new CallRefusal { Code = TsfErrors.Overloaded.Code, Message = "full" }.ToByteArray();
        peer.Answers.Send((byte[])[.. RawPeer.Header(CallKind.Refusal, message.Length, 1), .. message]);
        Assert.False(await refused);

        peer.Dispose();
        Assert.False(await lost);
    }

    [Fact]
    public async Task Brief_call_ends_as_others_do_when_its_caller_leaves_or_its_time_is_up()
    {
        var left = new CountdownEvent(2);
        using var pair = new CallPair(async (_, _, leaving) =>
        {
            using var registration = leaving.Register(() => left.Signal());
            await Task.Delay(Timeout.InfiniteTimeSpan, leaving);
            return new ModelInferResponse();
        });
        using var leaving = new CancellationTokenSource();
        var call = pair.Client.InferAsync(CallPair.Request("x"), CallPair.Long, leaving.Token, brief: true);
        await leaving.CancelAsync();
        Assert.Equal(TsfErrors.Cancelled, (await Assert.ThrowsAsync<TsfException>(() => call)).Error);

        var late = await Assert.ThrowsAsync<TsfException>(() => pair.Client.InferAsync(CallPair.Request("x"), TimeSpan.FromMilliseconds(50), CancellationToken.None, brief: true));
        Assert.Equal(TsfErrors.DeadlineExceeded, late.Error);
        Assert.True(left.Wait(TimeSpan.FromSeconds(30)));
    }

    // Whether what follows the call runs on a reader. The call cannot have ended when this returns, or the question has no meaning.
    private static Task<bool> Followed(CallClient client, bool brief) => client.InferAsync(CallPair.Request("x"), CallPair.Long, CancellationToken.None, brief)
        .ContinueWith(static _ => CallClient.IsReader, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
}
