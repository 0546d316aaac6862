namespace TrustedServe.Kubernetes.Description;

/// <summary>How many instances there are.</summary>
public sealed record ScalingDescription
{
    /// <summary>Instances at least while there is work, 0 to 1000; default 0: one when the first work comes.</summary>
    public int Min { get; init; }

    /// <summary>Instances at most, 1 to 1000; default 4.</summary>
    public int Max { get; init; } = 4;

    /// <summary>Whether there may be none while there is no work; default true.</summary>
    public bool ScaleToZero { get; init; } = true;

    /// <summary>Seconds of estimated work that one instance may have before it, 1 to 86400; default 10.</summary>
    public int GoalSeconds { get; init; } = 10;

    /// <summary>Seconds without work before the last instance ends, 0 to 86400; 0 (the default) for five cold starts, at least 300.</summary>
    public int CooldownSeconds { get; init; }

    /// <summary>Instances that are there at certain hours; null (the default) for none.</summary>
    public FloorDescription? Floor { get; init; }
}
