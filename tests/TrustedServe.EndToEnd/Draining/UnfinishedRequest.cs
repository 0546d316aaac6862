using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>A request on a bare socket whose body never ends: it is in hand until it is answered or disposed.</summary>
internal sealed class UnfinishedRequest : IDisposable
{
    private const int Announced = 100_000;

    // A server ends a body that comes at less than 240 bytes a second: this much at once is enough for more than a minute.
    private const int Sent = 20_000;

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp);

    private UnfinishedRequest()
    {
    }

    /// <summary>Sends what there is of it, and waits until the front end, which has nothing else to do, has it in hand.</summary>
    /// <param name="listening">Where the front end listens: its event 2001.</param>
    /// <param name="path">What is asked.</param>
    public static async Task<UnfinishedRequest> SendAsync(JsonElement listening, string path)
    {
        var addresses = listening.GetProperty("State");
        var address = new Uri(addresses.GetProperty("Url").GetString()!);
        var metrics = new Uri(new Uri(addresses.GetProperty("HealthUrl").GetString()!), "metrics");
        var request = new UnfinishedRequest();
        await request.socket.ConnectAsync(address.Host, address.Port);
        await request.socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: test.invalid\r\nContent-Type: application/json\r\nContent-Length: {Announced}\r\n\r\n".PadRight(Sent)));
        using var http = new HttpClient();
        while (!(await http.GetStringAsync(metrics)).Contains("trustedserve_http_requests_in_flight 1", StringComparison.Ordinal))
        {
            await Task.Delay(20);
        }

        return request;
    }

    /// <summary>The beginning of its answer.</summary>
    public async Task<string> AnswerAsync()
    {
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
    }

    public void Dispose() => socket.Dispose();
}
