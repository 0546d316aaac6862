using System.Net;
using System.Net.Sockets;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>A door to a port of this machine that can be shut: connections through it end, and no new one is taken.</summary>
internal sealed class TcpGate : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource shut = new();
    private readonly Task accepting;

    public TcpGate(int target)
    {
        listener.Start();
        accepting = AcceptAsync(target);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        if (!shut.IsCancellationRequested)
        {
            await shut.CancelAsync();
            listener.Dispose();
            await accepting;
        }
    }

    private async Task AcceptAsync(int target)
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(PassAsync(await listener.AcceptTcpClientAsync(shut.Token), target));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task PassAsync(TcpClient from, int target)
    {
        using (from)
        using (var to = new TcpClient())
        {
            try
            {
                await to.ConnectAsync(IPAddress.Loopback, target, shut.Token);
                await Task.WhenAny(
                    from.GetStream().CopyToAsync(to.GetStream(), shut.Token),
                    to.GetStream().CopyToAsync(from.GetStream(), shut.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // One side is gone, and so is the other.
            }
        }
    }
}
