using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>What an apply did.</summary>
/// <param name="Deployment">Name of the deployment.</param>
/// <param name="Namespace">Where its inventory lies.</param>
/// <param name="Objects">Every object and what became of it.</param>
/// <param name="Failure">Why it is not done; null when it is.</param>
public sealed record ApplyReport(string Deployment, string Namespace, IReadOnlyList<ObjectResult> Objects, TsfException? Failure)
{
    /// <summary>Whether every object is as the manifests say, ready where it can be, and nothing is left over.</summary>
    public bool IsDone => Failure is null && Objects.All(item => item.Outcome is ObjectOutcome.Created or ObjectOutcome.Configured or ObjectOutcome.Unchanged or ObjectOutcome.Pruned or ObjectOutcome.Kept);

    /// <summary>Whether something was changed and could not be brought back.</summary>
    public bool IsHalfDone => Objects.Any(item => item.Outcome == ObjectOutcome.NotRolledBack);
}
