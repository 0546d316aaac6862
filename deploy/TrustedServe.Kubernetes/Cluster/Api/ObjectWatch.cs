using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>
/// Follows one object.
/// 1. It is listed: that gives its state and the version from which to watch.
/// 2. Every event that the watch brings is a state; bookmarks only move the version.
/// 3. A stream that ends or breaks is opened again from the last version.
/// 4. When that version is too old (410) or an event cannot be read, back to 1.
/// </summary>
internal sealed class ObjectWatch(ApiRequests requests, TimeProvider time)
{
    // The server ends a watch by itself after this; a stream that is silent for longer is dead.
    private const int WatchSeconds = 240;
    private const int MaxLine = 8 << 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a stream was opened again.</summary>
    public int Resumed { get; private set; }

    /// <summary>How often the object was listed again because the version was too old.</summary>
    public int Relisted { get; private set; }

    /// <summary>The object's states, the present one first; null while it is absent. Ends only with the token.</summary>
    public async IAsyncEnumerable<JsonObject?> FollowAsync(ResourceType type, string? @namespace, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = $"{type.Path(@namespace)}?fieldSelector={Uri.EscapeDataString($"metadata.name={name}")}";
        while (true)
        {
            var list = (await requests.GetAsync(path, cancellationToken)).OrThrow($"Listing {type.Kind}/{name}");
            var version = Field.Text(list, "metadata", "resourceVersion");
            yield return Field.Objects(list, "items").FirstOrDefault(item => Field.Text(item, "metadata", "name") == name);
            while (version is not null)
            {
                await foreach (var (kind, state) in EventsAsync(path, version, cancellationToken))
                {
                    if (kind == "ERROR")
                    {
                        version = null;
                        break;
                    }

                    version = Field.Text(state, "metadata", "resourceVersion") ?? version;
                    if (kind != "BOOKMARK" && Field.Text(state, "metadata", "name") == name)
                    {
                        yield return kind == "DELETED" ? null : state;
                    }
                }

                _ = version is null ? Relisted++ : Resumed++;

                // A server that ends every stream at once must not be asked without a pause.
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private async IAsyncEnumerable<(string Kind, JsonObject State)> EventsAsync(string path, string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(WatchSeconds + 30), time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var lines = LinesAsync($"{path}&watch=true&allowWatchBookmarks=true&timeoutSeconds={WatchSeconds}&resourceVersion={Uri.EscapeDataString(version)}", linked.Token).GetAsyncEnumerator(linked.Token);
        await using (lines)
        {
            while (await MoveAsync(lines, cancellationToken))
            {
                yield return BoundedBody.Parse(lines.Current) is { } line && Field.Text(line, "type") is { } kind && line["object"] is JsonObject state ? (kind, state) : ("ERROR", []);
            }
        }
    }

    private static async Task<bool> MoveAsync(IAsyncEnumerator<byte[]> lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false; // broken: opened again from the last version
        }
    }

    private async IAsyncEnumerable<byte[]> LinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await requests.OpenAsync(path, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            switch ((int)response.StatusCode)
            {
                case 410:
                    yield return """{"type":"ERROR","object":{"code":410}}"""u8.ToArray();
                    yield break;
                case 429 or >= 500:
                    yield break;
                default:
                    throw TsfErrors.ClusterRefused.With($"Watching is refused with {(int)response.StatusCode}; the permission 'watch' is needed beside 'get' and 'list'.");
            }
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var line = new MemoryStream();
        var piece = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(piece, cancellationToken)) > 0;)
        {
            for (var start = 0; start < read;)
            {
                var end = Array.IndexOf(piece, (byte)'\n', start, read - start);
                line.Write(piece, start, (end < 0 ? read : end) - start);
                if (line.Length > MaxLine)
                {
                    throw TsfErrors.ClusterUnreachable.With($"An event of the API server is larger than {MaxLine} bytes.");
                }

                if (end < 0)
                {
                    break;
                }

                if (line.Length > 0)
                {
                    yield return line.ToArray();
                    line.SetLength(0);
                }

                start = end + 1;
            }
        }
    }
}
