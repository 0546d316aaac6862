using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>What became of one object.</summary>
/// <param name="Object">The object.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">Why, where that is not plain.</param>
public sealed record ObjectResult(ObjectReference Object, ObjectOutcome Outcome, string? Detail = null);
