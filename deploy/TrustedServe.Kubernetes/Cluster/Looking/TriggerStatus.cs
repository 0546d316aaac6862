namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>One trigger of a scaler.</summary>
/// <param name="Name">The metric's name, or the trigger's type where there is none.</param>
/// <param name="Type">Its type, for example <c>azure-queue</c>.</param>
/// <param name="IsActive">Whether it asks for instances; null when that is not told.</param>
/// <param name="Current">What was measured last: a length, or that for each instance.</param>
/// <param name="Target">The goal.</param>
/// <param name="Failures">Failed readings in a row.</param>
public sealed record TriggerStatus(string Name, string Type, bool? IsActive, string? Current, string? Target, long Failures);
