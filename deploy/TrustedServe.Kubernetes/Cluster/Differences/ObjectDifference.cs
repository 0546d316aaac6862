using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Differences;

/// <summary>What an apply would do with one object.</summary>
/// <param name="Object">The object.</param>
/// <param name="Kind">What would become of it.</param>
/// <param name="Changes">The fields that would differ.</param>
/// <param name="Detail">Why it cannot be told, or what else there is to say.</param>
public sealed record ObjectDifference(ObjectReference Object, DifferenceKind Kind, IReadOnlyList<FieldChange> Changes, string? Detail = null);
