using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Checks.Live;

/// <summary>An API server that knows the few questions of a check: HTTP/1.1 on a real socket, one answer a connection.</summary>
internal sealed class ClusterDouble : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly ConcurrentDictionary<string, (int Status, string Body)> answers = new(StringComparer.Ordinal);

    public ClusterDouble()
    {
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        Answer("/version", """{"gitVersion":"v1.34.1"}""");
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Every question: method and path.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What reviews of access deny: verb and resource.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>Paths that are never answered.</summary>
    public HashSet<string> Silent { get; } = [];

    /// <summary>Sets an answer; everything else is 404.</summary>
    public ClusterDouble Answer(string path, string body, int status = 200)
    {
        answers[path] = (status, body);
        return this;
    }

    /// <summary>Writes a kubeconfig for it.</summary>
    public string WriteKubeconfig(string folder)
    {
        var file = Path.Combine(folder, "kubeconfig");
        File.WriteAllText(file, $$$"""
            apiVersion: v1
            kind: Config
            current-context: double
            contexts: [{name: double, context: {cluster: double, user: tester, namespace: models}}]
            clusters: [{name: double, cluster: {server: "{{{Address}}}"}}]
            users: [{name: tester, user: {token: abc}}]
            """);
        return file;
    }

    public void Dispose()
    {
        if (!end.IsCancellationRequested)
        {
            end.Cancel();
            listener.Dispose();
            end.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptSocketAsync(end.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            var request = (await reader.ReadLineAsync(end.Token))!.Split(' ');
            var length = 0;
            for (var line = await reader.ReadLineAsync(end.Token); line is { Length: > 0 }; line = await reader.ReadLineAsync(end.Token))
            {
                length = line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? int.Parse(line[15..], System.Globalization.CultureInfo.InvariantCulture) : length;
            }

            var body = new char[length]; // questions are ASCII
            if (length > 0)
            {
                await reader.ReadBlockAsync(body, end.Token);
            }

            Asked.Enqueue($"{request[0]} {request[1]}");
            var path = request[1].Split('?')[0];
            if (Silent.Contains(path))
            {
                await Task.Delay(Timeout.Infinite, end.Token);
            }

            var (status, text) = request[0] == "POST" ? (201, Review(new string(body)))
                : answers.TryGetValue(request[1], out var exact) || answers.TryGetValue(path, out exact) ? exact
                : (404, """{"kind":"Status","message":"not found"}""");
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\n\r\n{text}"), end.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The end of the test, or of the caller's patience.
        }
    }

    private string Review(string question)
    {
        var asked = JsonNode.Parse(question)!["spec"]!["resourceAttributes"]!;
        var allowed = Denied.Contains($"{asked["verb"]} {asked["resource"]}") ? "false" : "true";
        return $$$"""{"kind":"SelfSubjectAccessReview","status":{"allowed":{{{allowed}}}}}""";
    }
}
