using System.Net.Sockets;
using System.Runtime.InteropServices;
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

    /// <summary>Writes as much as the socket takes without blocking, on a socket that otherwise blocks.</summary>
    /// <returns>How many bytes that were, 0 when it takes none.</returns>
    /// <exception cref="SocketException">The connection has ended.</exception>
    /// <exception cref="ObjectDisposedException">It was closed here.</exception>
    internal static unsafe int SendNow(Socket socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            while (true)
            {
                var sent = LibC.Send(socket.SafeHandle, first, (nuint)bytes.Length, LibC.DoNotWait | LibC.NoSignal);
                if (sent >= 0)
                {
                    return (int)sent;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case LibC.Interrupted:
                        continue;
                    case LibC.TryAgain:
                        return 0;
                    default:
                        throw new SocketException();
                }
            }
        }
    }

    /// <summary>Whether the process at the other end runs as this user.</summary>
    internal static bool IsOwn(Socket socket) => PeerCredentials.IsOwnUser(socket);
}
