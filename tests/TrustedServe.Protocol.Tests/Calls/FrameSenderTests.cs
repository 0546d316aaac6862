using System.Net.Sockets;
using TrustedServe.Protocol.Calls;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Calls;

public sealed class FrameSenderTests
{
    [Fact]
    public void Sender_that_gets_no_thread_ends_the_connection_so_that_nobody_waits_for_what_it_held()
    {
        using var directory = new TemporaryDirectory();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(directory["calls"]));
        listener.Listen();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(directory["calls"]));
        using var peer = listener.Accept();
        peer.ReceiveTimeout = 30_000;
        var sender = new FrameSender(socket, _ => throw new OutOfMemoryException("No more threads."));

        // Too large to be written at once.
        sender.Send(CallKind.Answer, 1, 0, CallPair.Request("large", 100_000));
        sender.Send(CallKind.Answer, 2, 0, CallPair.Request("small"));

        Assert.True(sender.IsEmpty);
        Assert.Equal(0, peer.Receive(new byte[1]));
        Assert.False(new FrameReader(socket, CallPair.MaxMessageBytes).TryRead(out _, out _));
    }
}
