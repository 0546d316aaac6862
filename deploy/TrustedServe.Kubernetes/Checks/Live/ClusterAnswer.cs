using System.Net;
using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>What a cluster answered to one question.</summary>
/// <param name="Status">Its status; null when there was no answer in time.</param>
/// <param name="Body">Its object; null when there is none.</param>
/// <param name="Reason">What went wrong, for people; null when nothing did.</param>
internal sealed record ClusterAnswer(HttpStatusCode? Status, JsonObject? Body, string? Reason)
{
    /// <summary>Whether the cluster says that there is no such object.</summary>
    public bool IsAbsent => Status == HttpStatusCode.NotFound;

    /// <summary>The object, from an answer that succeeded.</summary>
    /// <exception cref="NotSeenException">When it did not: then nothing is known.</exception>
    public JsonObject Seen => Reason is null && Body is not null ? Body : throw new NotSeenException(Reason ?? "no object in the answer");
}
