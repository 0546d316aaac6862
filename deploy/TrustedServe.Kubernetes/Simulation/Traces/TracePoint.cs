using System.Text.Json.Serialization;

namespace TrustedServe.Kubernetes.Simulation.Traces;

/// <summary>From a time on, until the next point, this many arrivals a second.</summary>
/// <param name="Seconds">Seconds since the beginning.</param>
/// <param name="PerSecond">Requests, messages or rows a second.</param>
[method: JsonConstructor]
public readonly record struct TracePoint(double Seconds, double PerSecond);
