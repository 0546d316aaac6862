namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What a stretch of time looked like: the greatest of each.</summary>
/// <param name="Seconds">When it began.</param>
/// <param name="PerSecond">Arrivals a second, on average.</param>
/// <param name="Replicas">Instances that existed, starting ones included.</param>
/// <param name="Ready">Instances that were ready.</param>
/// <param name="Backlog">Requests that waited.</param>
/// <param name="Latency">The longest latency in seconds of a request that was answered.</param>
public sealed record SimulationSample(double Seconds, double PerSecond, int Replicas, int Ready, double Backlog, double Latency);
