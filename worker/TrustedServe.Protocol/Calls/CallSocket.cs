using System.Net.Sockets;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Protocol.Calls;

/// <summary>The Unix socket beside the gRPC socket over which a front end calls its worker.</summary>
public static class CallSocket
{
    /// <summary>
    /// The largest request that goes this way. All calls share one connection, so larger ones would hold up the others; they
    /// go by gRPC, which interleaves.
    /// </summary>
    public const int LargestRequest = 256 << 10;

    /// <summary>Where it lies.</summary>
    /// <param name="grpcSocket">Path of the gRPC socket.</param>
    public static string PathOf(string grpcSocket) => grpcSocket + ".calls";

    internal static Socket Create() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>Ends reads and writes that block, in whatever thread, and closes.</summary>
    internal static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Not connected any more, which is what is wanted.
        }

        socket.Dispose();
    }

    /// <summary>Whether the process at the other end runs as this user.</summary>
    internal static bool IsOwn(Socket socket) => PeerCredentials.IsOwnUser(socket);
}
