using System.Net;
using System.Net.Sockets;

namespace TrustedServe.Worker.Tests.Processes;

/// <summary>Takes connections and never answers: a worker that asks it stays in the middle of its start.</summary>
internal sealed class SilentBroker : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public SilentBroker() => listener.Start();

    public Uri Address => new($"http://{listener.LocalEndpoint}");

    public void Dispose() => listener.Dispose();
}
