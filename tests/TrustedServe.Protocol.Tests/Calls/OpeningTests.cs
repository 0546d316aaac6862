using System.Net.Sockets;
using Google.Protobuf;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Tests.Calls;

/// <summary>How the two sockets of a connection become one.</summary>
public sealed class OpeningTests
{
    private static readonly byte[] Message = CallPair.Request("x").ToByteArray();

    [Fact]
    public async Task Callers_that_connect_at_one_time_get_their_own_answers()
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (caller, _) =>
        {
            using var client = pair.Connect();
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal($"{caller}/{i}", (await client.InferAsync(CallPair.Request($"{caller}/{i}"), CallPair.Long, CancellationToken.None)).Id);
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sockets_find_each_other_whichever_comes_first(bool requestsFirst)
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        using var first = RawPeer.Open(pair.Path, requestsFirst ? CallKind.OpenRequests : CallKind.OpenAnswers, 7);
        using var stranger = pair.ConnectRaw();
        using var second = RawPeer.Open(pair.Path, requestsFirst ? CallKind.OpenAnswers : CallKind.OpenRequests, 7);
        var (requests, answers) = requestsFirst ? (first, second) : (second, first);
        requests.Send((byte[])[.. RawPeer.Header(CallKind.Request, Message.Length, 1), .. Message]);

        Assert.True(new FrameReader(answers, CallPair.MaxMessageBytes).TryRead(out var answer, out var payload));
        Assert.Equal((CallKind.Answer, 1L, "x"), (answer.Kind, answer.Number, ModelInferResponse.Parser.ParseFrom(payload).Id));
    }

    [Theory]
    [InlineData((int)CallKind.OpenRequests)]
    [InlineData((int)CallKind.OpenAnswers)]
    public async Task Socket_whose_other_half_does_not_come_is_closed_and_holds_nobody_up(int kind)
    {
        using var pair = new CallPair(CallPair.EchoAsync, TimeSpan.FromMilliseconds(300));
        var alone = Enumerable.Range(1, 12).Select(number => RawPeer.Open(pair.Path, (CallKind)kind, number)).ToList();
        await pair.Client.InferAsync(CallPair.Request("others"), CallPair.Long, CancellationToken.None);

        Assert.All(alone, socket => Assert.Empty(RawPeer.Drain(socket)));
        alone.ForEach(socket => socket.Dispose());
        using var late = pair.Connect();
        await late.InferAsync(CallPair.Request("late"), CallPair.Long, CancellationToken.None);
    }

    [Fact]
    public void Socket_that_says_nothing_is_closed()
    {
        using var pair = new CallPair(CallPair.EchoAsync, TimeSpan.FromMilliseconds(300));
        using var silent = RawPeer.Connected(pair.Path);

        Assert.Empty(RawPeer.Drain(silent));
    }

    [Fact]
    public async Task Connection_that_is_open_may_be_silent_for_longer_than_an_opening()
    {
        using var pair = new CallPair(CallPair.EchoAsync, TimeSpan.FromMilliseconds(300));
        await pair.Client.InferAsync(CallPair.Request("before"), CallPair.Long, CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(900));

        Assert.Equal("after", (await pair.Client.InferAsync(CallPair.Request("after"), CallPair.Long, CancellationToken.None)).Id);
        Assert.False(pair.Client.IsClosed);
    }

    [Fact]
    public void Second_socket_for_answers_of_one_number_is_closed()
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        using var first = RawPeer.Open(pair.Path, CallKind.OpenAnswers, 7);
        using var second = RawPeer.Open(pair.Path, CallKind.OpenAnswers, 7);

        // Whichever of the two was read first.
        var closed = SpinWait.SpinUntil(() => first.Poll(0, SelectMode.SelectRead) || second.Poll(0, SelectMode.SelectRead), TimeSpan.FromSeconds(5));
        Assert.True(closed);
        Assert.False(first.Poll(0, SelectMode.SelectRead) && second.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task Connection_that_breaks_on_one_of_its_sockets_has_ended()
    {
        using var worker = new RawWorker();
        using var client = worker.Connect();
        using var peer = await worker.AcceptAsync();
        peer.Answers.Dispose();

        Assert.Empty(RawPeer.Drain(peer.Requests));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public async Task Caller_whose_requests_nobody_takes_any_more_is_told_though_the_socket_for_answers_is_open()
    {
        using var worker = new RawWorker();
        using var client = worker.Connect();
        using var peer = await worker.AcceptAsync();
        peer.Requests.Dispose();

        var lost = await Assert.ThrowsAsync<TsfException>(() => client.InferAsync(CallPair.Request("x"), CallPair.Long, CancellationToken.None));
        Assert.Equal(TsfErrors.WorkerLost, lost.Error);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Worker_takes_no_more_requests_of_a_caller_who_takes_no_answers()
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        using var peer = pair.ConnectRaw();
        peer.Answers.Dispose();
        peer.Requests.Send((byte[])[.. RawPeer.Header(CallKind.Request, Message.Length, 1), .. Message]);

        Assert.Empty(RawPeer.Drain(peer.Requests));
    }

    [Theory]
    [InlineData((int)CallKind.Request, 0)]
    [InlineData((int)CallKind.OpenRequests, 1)]
    [InlineData((int)CallKind.OpenAnswers, CallSocket.LargestRequest)]
    public void Socket_that_opens_with_anything_else_is_closed_at_once(int kind, int length)
    {
        using var pair = new CallPair(CallPair.EchoAsync, TimeSpan.FromMinutes(5));
        using var peer = RawPeer.Connected(pair.Path);
        peer.Send(RawPeer.Header((CallKind)kind, length, 1));

        Assert.Empty(RawPeer.Drain(peer));
    }

    [Fact]
    public void Worker_ends_a_connection_whose_requests_end()
    {
        using var pair = new CallPair(CallPair.EchoAsync);
        using var peer = pair.ConnectRaw();
        peer.Requests.Dispose();

        Assert.Empty(RawPeer.Drain(peer.Answers));
    }
}
