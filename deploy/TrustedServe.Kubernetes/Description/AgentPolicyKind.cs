namespace TrustedServe.Kubernetes.Description;

/// <summary>Which containers the guest's agent starts.</summary>
public enum AgentPolicyKind
{
    /// <summary>The described one alone: image, arguments, environment and mounts are fixed.</summary>
    Pinned,

    /// <summary>Any; refused.</summary>
    Open,
}
