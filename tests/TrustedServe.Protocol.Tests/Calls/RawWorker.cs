using System.Net.Sockets;
using TrustedServe.Protocol.Calls;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Calls;

/// <summary>Listens where a worker would, and does nothing by itself.</summary>
internal sealed class RawWorker : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly Socket listener = CallSocket.Create();

    public RawWorker()
    {
        listener.Bind(new UnixDomainSocketEndPoint(directory["worker"]));
        listener.Listen();
    }

    public CallClient Connect() => CallClient.Connect(directory["worker"], CallPair.MaxMessageBytes, TimeProvider.System);

    /// <summary>The worker's end of the next connection.</summary>
    public async Task<RawPeer> AcceptAsync()
    {
        var peer = new RawPeer(await listener.AcceptAsync(), await listener.AcceptAsync());
        Assert.Equal(Opening(peer.Requests, CallKind.OpenRequests), Opening(peer.Answers, CallKind.OpenAnswers));
        return peer;
    }

    public void Dispose()
    {
        listener.Dispose();
        directory.Dispose();
    }

    private static long Opening(Socket socket, CallKind kind)
    {
        var header = new byte[CallFrame.HeaderSize];
        Assert.Equal(header.Length, socket.Receive(header));
        var frame = CallFrame.Read(header);
        Assert.Equal(kind, frame.Kind);
        return frame.Number;
    }
}
