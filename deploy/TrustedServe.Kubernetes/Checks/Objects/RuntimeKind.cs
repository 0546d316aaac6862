namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>What kind of runtime a pod is given to.</summary>
internal enum RuntimeKind
{
    /// <summary>The node's own.</summary>
    None,

    /// <summary>One that is not known to be confidential.</summary>
    Other,

    /// <summary>A Kata runtime that runs confidential guests with simulated evidence, for development.</summary>
    Simulated,

    /// <summary>Kata's Go runtime with a confidential guest.</summary>
    KataGo,

    /// <summary>Kata's Rust runtime with a confidential guest.</summary>
    KataRust,

    /// <summary>Another confidential runtime, whose way of sizing is not known.</summary>
    OtherConfidential,
}
