using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>Reads a pod and asks its health listener, through the API server's proxy, what it says of itself.</summary>
internal sealed class InstanceReader(ClusterClient client)
{
    private const string ReadyPath = "/healthz/ready";
    private const int MaxHealth = 16 << 10;

    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(5);

    /// <summary>The instance that a pod is.</summary>
    public async Task<InstanceStatus> ReadAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        var name = Field.Text(pod, "metadata", "name") ?? "";
        var phase = Field.Text(pod, "metadata", "deletionTimestamp") is not null ? "Ending" : Printable.Line(Field.Text(pod, "status", "phase") ?? "Unknown", 20);
        var isReady = Field.Condition(pod, "Ready").Status == "True";
        var problem = PodReader.Trouble(pod);
        var (health, silence) = phase is "Running" or "Ending" ? await HealthAsync(pod, name, cancellationToken) : (null, null);
        return new InstanceStatus(
            Printable.Line(name, 253),
            phase,
            isReady,
            Field.Text(pod, "spec", "nodeName") is { } node ? Printable.Line(node, 253) : null,
            Time(Field.Text(pod, "metadata", "creationTimestamp")),
            Field.Objects(pod, "status", "containerStatuses").Sum(container => Field.Number(container, "restartCount") ?? 0),
            Field.Text(health, "trust") is { } trust ? Printable.Line(trust, 40) : null,
            Field.Number(health, "models"),
            Field.Number(health, "modelsReady"),
            problem ?? silence);
    }

    /// <summary>A time as the API server writes it.</summary>
    public static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    // A pod that is not ready answers 503 with the same body; an API server that cannot reach it answers with a Status object.
    private async Task<(JsonObject? Health, string? Silence)> HealthAsync(JsonObject pod, string name, CancellationToken cancellationToken)
    {
        if (Port(pod) is not { } port)
        {
            return (null, $"no probe of it names {ReadyPath}, so its trust cannot be asked");
        }

        try
        {
            var type = await client.Discovery.FindAsync("v1", "Pod", cancellationToken);
            var answer = await client.Requests.TryOnceAsync($"{type.Path(Field.Text(pod, "metadata", "namespace"), name)}:{port}/proxy{ReadyPath}", MaxHealth, HealthLimit, cancellationToken);
            return Field.Text(answer.Body, "trust") is not null ? (answer.Body, null) : (null, $"its trust cannot be asked: {answer.Status} {answer.Message}");
        }
        catch (Exception exception) when (exception is TsfException or HttpRequestException or IOException or TimeoutException)
        {
            return (null, $"its trust cannot be asked: {Printable.Line(exception.Message)}");
        }
    }

    // The port of a probe is where the kubelet finds the health listener, so the API server finds it there too.
    private static long? Port(JsonObject pod)
    {
        foreach (var container in Field.Objects(pod, "spec", "containers"))
        {
            foreach (var probe in (string[])["readinessProbe", "startupProbe"])
            {
                if (Field.Text(container, probe, "httpGet", "path") == ReadyPath)
                {
                    return Field.Number(container, probe, "httpGet", "port")
                        ?? Field.Number(Field.Objects(container, "ports").FirstOrDefault(port => Field.Text(port, "name") == Field.Text(container, probe, "httpGet", "port")), "containerPort");
                }
            }
        }

        return null;
    }
}
