using System.Net;
using System.Net.Sockets;

namespace TrustedServe.Attestation.Tests.Support;

internal static class FreePort
{
    /// <summary>A port on which nobody listens now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
