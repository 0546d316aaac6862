using System.Net;
using System.Net.Sockets;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Hardening;

public sealed class PeerCredentialsTests
{
    [Fact]
    public void UnixPeerOfTheSameProcess_IsOwnUser()
    {
        using var directory = new TemporaryDirectory();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(directory["s"]));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(directory["s"]));
        using var accepted = listener.Accept();
        Assert.True(PeerCredentials.IsOwnUser(accepted));
        Assert.True(PeerCredentials.IsOwnUser(client));
    }

    [Fact]
    public void SocketWithoutPeer_IsNobody()
    {
        using var unconnected = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.False(PeerCredentials.IsOwnUser(unconnected));
    }

    [Fact]
    public void TcpPeer_IsNobody()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var accepted = listener.AcceptSocket();
        Assert.Null(PeerCredentials.TryGetUser(accepted));
        Assert.False(PeerCredentials.IsOwnUser(accepted));
    }
}
