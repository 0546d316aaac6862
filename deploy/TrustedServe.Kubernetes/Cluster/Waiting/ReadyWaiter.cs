using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Api;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Cluster.Looking;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Waiting;

/// <summary>Waits until objects are ready, and says on the way how far they are.</summary>
internal sealed class ReadyWaiter(ClusterClient client, IProgress<ApplyProgress>? progress)
{
    /// <summary>Waits for one object.</summary>
    /// <returns>Null when it is ready, else why it is not.</returns>
    public async Task<string?> WaitAsync(ObjectReference reference, CancellationToken cancellationToken)
    {
        var last = "nothing was seen of it";
        JsonObject? seen = null;
        try
        {
            var type = await client.Discovery.FindAsync(reference.ApiVersion, reference.Kind, cancellationToken);
            await foreach (var live in new ObjectWatch(client.Requests, client.Time).FollowAsync(type, reference.Namespace, reference.Name, cancellationToken))
            {
                if (live is null)
                {
                    return "somebody deleted it";
                }

                seen = live;
                var readiness = ReadinessRules.Judge(reference, live);
                if (readiness.Text != last || readiness.Phase != ReadinessPhase.Pending)
                {
                    progress?.Report(new ApplyProgress(reference, last = readiness.Text));
                }

                switch (readiness.Phase)
                {
                    case ReadinessPhase.Ready:
                        return null;
                    case ReadinessPhase.Failed:
                        return await ExplainAsync(reference, live, readiness.Text);
                }
            }
        }
        catch (OperationCanceledException) when (seen is not null)
        {
            // Told below: the caller knows why the time is over.
        }

        return await ExplainAsync(reference, seen!, $"not ready in time ({last})");
    }

    // What people would ask next: which pod, and what holds it. The time for waiting may be over, so this has its own.
    private async Task<string> ExplainAsync(ObjectReference reference, JsonObject live, string reason)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), client.Time);
        try
        {
            var pods = reference.Kind == "Deployment" ? await PodReader.ListAsync(client, live, limit.Token) : [];
            var trouble = pods.Select(pod => (Name: Field.Text(pod, "metadata", "name"), Reason: PodReader.Trouble(pod))).FirstOrDefault(pod => pod.Reason is not null);
            return trouble.Reason is null ? reason : $"{reason}; pod {Printable.Line(trouble.Name, 253)}: {trouble.Reason}";
        }
        catch (Exception exception) when (exception is Protocol.Errors.TsfException or OperationCanceledException)
        {
            return reason;
        }
    }
}
