namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>A ScaledObject or ScaledJob, what it sees and what it decided.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Replicas">Instances now; null when unknown.</param>
/// <param name="Desired">Instances that are wanted; null when unknown.</param>
/// <param name="Least">Fewest instances.</param>
/// <param name="Most">Most instances.</param>
/// <param name="IsReady">Whether its engine works it.</param>
/// <param name="IsActive">Whether a trigger asks for instances.</param>
/// <param name="IsFallback">Whether it has fallen back to a fixed number, since a trigger cannot be read.</param>
/// <param name="IsPaused">Whether somebody paused it.</param>
/// <param name="LastActive">When a trigger last asked for instances.</param>
/// <param name="Triggers">Its triggers.</param>
/// <param name="Decision">Why there are as many instances as there are, in the scaler's words.</param>
public sealed record ScalerStatus(string Name, long? Replicas, long? Desired, long? Least, long? Most, bool IsReady, bool IsActive, bool IsFallback, bool IsPaused, string? LastActive, IReadOnlyList<TriggerStatus> Triggers, string Decision);
