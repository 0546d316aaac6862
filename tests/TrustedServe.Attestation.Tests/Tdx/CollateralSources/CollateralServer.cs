using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TrustedServe.Attestation.Tests.Tdx.CollateralSources;

/// <summary>A collateral service on 127.0.0.1 that writes its answers byte by byte, so that any of them can be wrong.</summary>
internal sealed class CollateralServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();

    public CollateralServer()
    {
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>What each path answers; paths are without query. Null for a server that never answers.</summary>
    public ConcurrentDictionary<string, byte[]?> Answers { get; } = new();

    /// <summary>The requests' targets, query included.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public void Dispose()
    {
        ended.Cancel();
        listener.Stop();
    }

    public static byte[] Answer(byte[] body, params string[] headers) => Answer("200 OK", body, headers);

    public static byte[] Answer(string status, byte[] body, params string[] headers) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"), .. body];

    private async Task ServeAsync()
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(ended.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var target = (await reader.ReadLineAsync(ended.Token))!.Split(' ')[1];
                while (await reader.ReadLineAsync(ended.Token) is { Length: > 0 })
                {
                }

                Requests.Enqueue(target);
                var answer = Answers.GetValueOrDefault(target.Split('?')[0], Answer("404 Not Found", []));
                if (answer is null)
                {
                    await Task.Delay(Timeout.Infinite, ended.Token);
                }

                await stream.WriteAsync(answer, ended.Token);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The client left, or the test is over.
            }
        }
    }
}
