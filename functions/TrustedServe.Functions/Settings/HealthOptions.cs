using System.Net;

namespace TrustedServe.Functions.Settings;

/// <summary>The listener for health, metrics and the signals for scaling, which shows names of models, counts and how far a start is, nothing of requests.</summary>
internal sealed record HealthOptions
{
    /// <summary>Where it listens; default <c>http://127.0.0.1:8081</c>, port 0 for one that the system picks.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Whether it shows signals for each model, by name; default true. Whoever reaches the listener sees them, there are no keys.</summary>
    public bool ModelSignals { get; init; } = true;
}
