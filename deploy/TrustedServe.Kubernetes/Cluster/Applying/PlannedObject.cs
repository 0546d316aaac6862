using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Api;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>One object on its way into the cluster.</summary>
internal sealed class PlannedObject(ObjectReference reference, JsonObject content)
{
    /// <summary>Which object.</summary>
    public ObjectReference Object { get; } = reference;

    /// <summary>What is to be applied.</summary>
    public JsonObject Content { get; } = content;

    /// <summary>Its type; known after the plan was made.</summary>
    public ResourceType Type { get; set; } = null!;

    /// <summary>What was there before; null when nothing was.</summary>
    public JsonObject? Before { get; set; }

    /// <summary>What is there after it was applied.</summary>
    public JsonObject? After { get; set; }

    /// <summary>Whether others may need it, so that it is never deleted.</summary>
    public bool IsShared { get; set; }

    /// <summary>Whether the cluster was asked to change it, whatever became of that.</summary>
    public bool IsTouched { get; set; }

    /// <summary>What became of it.</summary>
    public ObjectOutcome Outcome { get; set; } = ObjectOutcome.NotReached;

    /// <summary>Why.</summary>
    public string? Detail { get; private set; }

    /// <summary>The path of the object.</summary>
    public string Path => Type.Path(Object.Namespace, Object.Name);

    /// <summary>Says what became of it; earlier reasons stay.</summary>
    public void End(ObjectOutcome outcome, string? detail = null)
    {
        Outcome = outcome;
        Detail = Detail is null || detail is null ? detail ?? Detail : $"{Detail}; {detail}";
    }

    /// <summary>Its line in the report.</summary>
    public ObjectResult ToResult() => new(Object, Outcome, Detail);
}
