using System.Net;

namespace TrustedServe.Functions.Settings;

/// <summary>The listener for health and metrics, which shows nothing of requests, and of models only how far their start is.</summary>
internal sealed record HealthOptions
{
    /// <summary>Where it listens; default <c>http://127.0.0.1:8081</c>, port 0 for one that the system picks.</summary>
    public required IPEndPoint Listen { get; init; }
}
