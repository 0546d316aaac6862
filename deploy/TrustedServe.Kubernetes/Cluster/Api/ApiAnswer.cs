using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>What the API server answered: an object, or why not.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The JSON object that came; empty when none came.</param>
/// <param name="RetryAfter">How long the server asks to wait.</param>
internal sealed record ApiAnswer(int Status, JsonObject Body, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the request was carried out.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Whether the object is absent.</summary>
    public bool IsNotFound => Status == 404;

    /// <summary>Whether trying the same again later may succeed.</summary>
    public bool IsTransient => Status is 429 or 500 or 502 or 503 or 504;

    /// <summary>The reason in the server's words; safe to print.</summary>
    public string Message => Printable.Line(Field.Text(Body, "message") ?? Field.Text(Body, "reason") ?? $"HTTP {Status} without a reason", 1_000);

    /// <summary>The machine-readable reason.</summary>
    public string? Reason => Field.Text(Body, "reason");

    /// <summary>The answer's object.</summary>
    /// <exception cref="TsfException">TSF7040, TSF7041, TSF7043: what was asked for failed.</exception>
    public JsonObject OrThrow(string what) => IsSuccess ? Body : throw ToException(what);

    /// <summary>The failure as one of ours.</summary>
    public TsfException ToException(string what) => this switch
    {
        _ when FieldConflicts.Read(this) is { Count: > 0 } conflicts => TsfErrors.FieldConflict.With($"{what}: {string.Join("; ", conflicts)}."),
        { IsTransient: true } => TsfErrors.ClusterUnreachable.With($"{what}: the server answers {Status}, also when asked again: {Message}"),
        _ => TsfErrors.ClusterRefused.With($"{what}: {Status} {Message}"),
    };
}
