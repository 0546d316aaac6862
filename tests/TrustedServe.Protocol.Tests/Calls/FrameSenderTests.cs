using System.Net.Sockets;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Calls;

public sealed class FrameSenderTests
{
    [Fact]
    public void Frame_that_does_not_fit_into_the_socket_at_once_arrives_whole_and_before_those_after_it()
    {
        using var pair = new SocketPair();
        var sender = new FrameSender(pair.Near);
        var large = CallPair.Request("large", 1 << 20);
        var small = CallPair.Request("small");

        // Nobody reads until all is sent: a sender that waited for its peer would never get here.
        sender.Send(CallKind.Answer, 1, 0, large);
        sender.Send(CallKind.Answer, 2, 0, small);
        Assert.False(sender.IsEmpty);

        var reader = new FrameReader(pair.Far, CallPair.MaxMessageBytes);
        foreach (var (number, sent) in new[] { (1, large), (2, small) })
        {
            Assert.True(reader.TryRead(out var frame, out var payload));
            Assert.Equal(number, frame.Number);
            Assert.Equal(sent, ModelInferRequest.Parser.ParseFrom(payload));
        }

        Assert.True(SpinWait.SpinUntil(() => sender.IsEmpty, TimeSpan.FromSeconds(30)));
        CallSocket.Close(pair.Near);
        sender.Close();
    }

    [Fact]
    public void Sender_that_gets_no_thread_ends_the_connection_so_that_nobody_waits_for_what_it_held()
    {
        using var pair = new SocketPair();
        var sender = new FrameSender(pair.Near, start: _ => throw new OutOfMemoryException("No more threads."));

        // Too large to be written at once.
        sender.Send(CallKind.Answer, 1, 0, CallPair.Request("large", 1 << 20));
        sender.Send(CallKind.Answer, 2, 0, CallPair.Request("small"));

        Assert.True(sender.IsEmpty);
        Assert.False(new FrameReader(pair.Far, CallPair.MaxMessageBytes).TryRead(out _, out _));
        Assert.False(new FrameReader(pair.Near, CallPair.MaxMessageBytes).TryRead(out _, out _));
    }

    [Fact]
    public void Write_that_fails_ends_the_connection_in_both_directions_so_that_nobody_waits_for_what_was_lost()
    {
        using var pair = new SocketPair();
        var sender = new FrameSender(pair.Near);
        pair.Near.Shutdown(SocketShutdown.Send);
        Assert.Equal(1, pair.Far.Send([1]));

        sender.Send(CallKind.Request, 1, 0, CallPair.Request("lost"));

        Assert.True(sender.IsEmpty);
        Assert.Throws<SocketException>(() => pair.Far.Send([1]));
    }

    private sealed class SocketPair : IDisposable
    {
        private readonly TemporaryDirectory directory = new();

        public SocketPair()
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(directory["calls"]));
            listener.Listen();
            Near.Connect(new UnixDomainSocketEndPoint(directory["calls"]));
            Far = listener.Accept();
            Far.ReceiveTimeout = 30_000;
        }

        public Socket Near { get; } = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public Socket Far { get; }

        public void Dispose()
        {
            Near.Dispose();
            Far.Dispose();
            directory.Dispose();
        }
    }
}
