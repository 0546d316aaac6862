using System.Buffers.Binary;
using System.Net.Sockets;

namespace TrustedServe.Protocol.Hardening;

/// <summary>Who is at the other end of a Unix socket, as the kernel recorded it when the connection was made.</summary>
public static class PeerCredentials
{
    private const int SocketLevel = 1;
    private const int PeerCredentialsOption = 17;

    /// <summary>Whether the peer runs as the same user as this process. Anything but a clear yes is a no.</summary>
    public static bool IsOwnUser(Socket socket) => TryGetUser(socket) == LibC.EffectiveUser();

    /// <summary>The peer's effective user id, or null when the kernel does not tell (not a Unix socket).</summary>
    public static uint? TryGetUser(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            return null;
        }

        // struct ucred: process id, user id, group id, 32 bits each, in the machine's order.
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            if (socket.GetRawSocketOption(SocketLevel, PeerCredentialsOption, credentials) != credentials.Length)
            {
                return null;
            }
        }
        catch (SocketException)
        {
            return null;
        }

        var user = BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(credentials[4..]);
        return user == uint.MaxValue ? null : user;
    }
}
