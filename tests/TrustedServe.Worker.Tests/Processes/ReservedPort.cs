using System.Net;
using System.Net.Sockets;

namespace TrustedServe.Worker.Tests.Processes;

/// <summary>A port on loopback that is nobody else's and that nobody answers at, until it is freed for who shall listen there.</summary>
internal sealed class ReservedPort : IDisposable
{
    // Bound and not listening: who connects is refused, as by a machine whose service is down.
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ReservedPort() => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public Uri Address => field ??= new Uri($"http://{socket.LocalEndPoint}");

    public Uri Free()
    {
        var address = Address;
        socket.Dispose();
        return address;
    }

    public void Dispose() => socket.Dispose();
}
