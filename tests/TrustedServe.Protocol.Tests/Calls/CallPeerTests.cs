using System.Net.Sockets;
using CsCheck;
using Google.Protobuf;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Tests.Calls;

/// <summary>Peers that do not keep to the protocol, or do nothing.</summary>
public sealed class CallPeerTests
{
    private static readonly byte[] Message = CallPair.Request("x").ToByteArray();

    [Fact]
    public async Task Bytes_that_are_no_frames_end_their_own_connection_alone()
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        Gen.Byte.Array[1, 200].Sample(
            bytes =>
            {
                using var peer = pair.ConnectRaw();
                peer.Requests.Send(bytes);
                peer.Requests.Shutdown(SocketShutdown.Send);
                RawPeer.Drain(peer.Answers);
            },
            iter: 200);

        await pair.Client.InferAsync(CallPair.Request("others"), CallPair.Long, CancellationToken.None);
    }

    [Theory]
    [InlineData(1, CallSocket.LargestRequest + 1)]
    [InlineData(1, -1)]
    [InlineData(1, int.MinValue)]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(99, 0)]
    public void Rejects_a_frame_of_wrong_kind_or_length(int kind, int length)
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        using var peer = pair.ConnectRaw();
        peer.Requests.Send(RawPeer.Header((CallKind)kind, length, 1));

        Assert.Empty(RawPeer.Drain(peer.Answers));
    }

    [Fact]
    public void Rejects_a_number_that_is_in_use()
    {
        using var pair = new CallPair(async (_, _, leaving) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, leaving);
            return new ModelInferResponse();
        });
        using var peer = pair.ConnectRaw();
        for (var i = 0; i < 2; i++)
        {
            peer.Requests.Send((byte[])[.. RawPeer.Header(CallKind.Request, Message.Length, 5), .. Message]);
        }

        Assert.Empty(RawPeer.Drain(peer.Answers));
    }

    [Fact]
    public void Message_that_cannot_be_read_is_answered_and_the_next_is_taken()
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        using var peer = pair.ConnectRaw();
        byte[] garbage = [0xFF, 0xFF, 0xFF];
        peer.Requests.Send((byte[])[.. RawPeer.Header(CallKind.Request, garbage.Length, 1), .. garbage, .. RawPeer.Header(CallKind.Request, Message.Length, 2), .. Message]);

        var reader = new FrameReader(peer.Answers, CallPair.MaxMessageBytes);
        Assert.True(reader.TryRead(out var refusal, out var payload));
        Assert.Equal((CallKind.Refusal, 1L), (refusal.Kind, refusal.Number));
        Assert.Equal(TsfErrors.MalformedRequest.Code, CallRefusal.Parser.ParseFrom(payload).Code);
        Assert.True(reader.TryRead(out var answer, out payload));
        Assert.Equal((CallKind.Answer, 2L, "x"), (answer.Kind, answer.Number, ModelInferResponse.Parser.ParseFrom(payload).Id));
    }

    [Fact]
    public void Frames_pass_in_whatever_pieces_they_arrive()
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        Gen.Int[1, 40].Array[1, 12].Sample(
            pieces =>
            {
                using var peer = pair.ConnectRaw();
                ReadOnlySpan<byte> rest = (byte[])[.. Enumerable.Range(1, 5).SelectMany(number => (byte[])[.. RawPeer.Header(CallKind.Request, Message.Length, number), .. Message])];
                for (var i = 0; !rest.IsEmpty; i++)
                {
                    var piece = Math.Min(pieces[i % pieces.Length], rest.Length);
                    peer.Requests.Send(rest[..piece]);
                    rest = rest[piece..];
                }

                var reader = new FrameReader(peer.Answers, CallPair.MaxMessageBytes);
                for (var number = 1; number <= 5; number++)
                {
                    Assert.True(reader.TryRead(out var frame, out _));
                    Assert.Equal(new CallFrame(CallKind.Answer, frame.Length, number), frame);
                }
            },
            iter: 50);
    }

    [Fact]
    public async Task Worker_that_reads_nothing_holds_nobody_up_and_takes_no_unbounded_memory()
    {
        using var silent = new RawWorker();
        using var client = silent.Connect();

        // 64 MiB may wait; what comes then is refused, while those before it wait for their own end.
        var calls = Enumerable.Range(0, 300).Select(i => client.InferAsync(CallPair.Request($"{i}", 250_000), CallPair.Long, CancellationToken.None)).ToArray();
        var refused = calls.Where(call => call.IsFaulted).ToArray();
        Assert.InRange(refused.Length, 1, 299);
        foreach (var call in refused)
        {
            Assert.Equal(TsfErrors.Overloaded, (await Assert.ThrowsAsync<TsfException>(() => call)).Error);
        }

        var late = await Assert.ThrowsAsync<TsfException>(() => client.InferAsync(CallPair.Request("late"), TimeSpan.FromMilliseconds(20), CancellationToken.None));
        Assert.Equal(TsfErrors.DeadlineExceeded, late.Error);
        client.Dispose();
        foreach (var call in calls.Except(refused))
        {
            Assert.Equal(TsfErrors.WorkerLost, (await Assert.ThrowsAsync<TsfException>(() => call)).Error);
        }
    }

    [Theory]
    [InlineData(3, 3, new byte[] { 0xFF, 0xFF, 0xFF })]
    [InlineData(4, 3, new byte[] { 0xFF, 0xFF, 0xFF })]
    [InlineData(3, int.MaxValue, new byte[0])]
    [InlineData(1, 0, new byte[0])]
    public async Task Worker_that_answers_nonsense_is_lost(int kind, int length, byte[] payload)
    {
        using var mad = new RawWorker();
        using var client = mad.Connect();
        using var peer = await mad.AcceptAsync();
        var call = client.InferAsync(CallPair.Request("x"), CallPair.Long, CancellationToken.None);
        peer.Answers.Send((byte[])[.. RawPeer.Header((CallKind)kind, length, 1), .. payload]);

        Assert.Equal(TsfErrors.WorkerLost, (await Assert.ThrowsAsync<TsfException>(() => call)).Error);
    }

    [Fact]
    public async Task Caller_that_reads_no_answers_blocks_no_other()
    {
        using var pair = new CallPair((request, _, _) => Task.FromResult(new ModelInferResponse { Id = request.Id, RawOutputContents = { ByteString.CopyFrom(new byte[100_000]) } }));
        using var deaf = pair.ConnectRaw();
        for (var number = 1; number <= 50; number++)
        {
            deaf.Requests.Send((byte[])[.. RawPeer.Header(CallKind.Request, Message.Length, number), .. Message]);
        }

        for (var i = 0; i < 20; i++)
        {
            await pair.Client.InferAsync(CallPair.Request($"{i}"), CallPair.Long, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Answers_that_no_call_waits_for_are_passed_over()
    {
        using var listener = new RawWorker();
        using var client = listener.Connect();
        using var peer = await listener.AcceptAsync();
        var call = client.InferAsync(CallPair.Request("x"), CallPair.Long, CancellationToken.None);
        var answer = new ModelInferResponse { Id = "mine" }.ToByteArray();
        foreach (var number in new[] { 7, 1, 1 })
        {
            peer.Answers.Send((byte[])[.. RawPeer.Header(CallKind.Answer, answer.Length, number), .. answer]);
        }

        Assert.Equal("mine", (await call).Id);
        Assert.False(client.IsClosed);
    }
}
