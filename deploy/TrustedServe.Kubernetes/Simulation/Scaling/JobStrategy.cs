namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>How a ScaledJob counts the jobs that already exist.</summary>
public enum JobStrategy
{
    /// <summary>Every unfinished job stands for a message that is still counted; right where the count includes messages in hand.</summary>
    Default,

    /// <summary>A deduction and a share of the unfinished jobs, both given.</summary>
    Custom,

    /// <summary>Only jobs that have not begun stand for a counted message; right where messages in hand are not counted.</summary>
    Accurate,

    /// <summary>As many as the most allows, as soon as there is anything.</summary>
    Eager,
}
