namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>Which of several policies counts.</summary>
public enum PolicySelect
{
    /// <summary>The one that lets most change (the default).</summary>
    Max,

    /// <summary>The one that lets least change.</summary>
    Min,

    /// <summary>None: this direction is shut.</summary>
    Disabled,
}
