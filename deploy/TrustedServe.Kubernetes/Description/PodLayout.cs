namespace TrustedServe.Kubernetes.Description;

/// <summary>Where front end and workers are.</summary>
public enum PodLayout
{
    /// <summary>In one pod: one trust domain, sockets between them.</summary>
    Together,

    /// <summary>In pods of their own; refused.</summary>
    Separate,
}
