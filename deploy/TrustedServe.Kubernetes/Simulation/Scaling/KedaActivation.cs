namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>KEDA's own part of a ScaledObject: from nothing to something and back, at every polling.</summary>
public sealed class KedaActivation(ScaleSettings settings)
{
    private double? lastActive;

    /// <summary>Decides once.</summary>
    /// <param name="now">Seconds since the ScaledObject was made.</param>
    /// <param name="metric">What the trigger says.</param>
    /// <param name="current">Replicas that are wanted now.</param>
    /// <returns>Replicas that are wanted from now on.</returns>
    public int Poll(double now, double metric, int current)
    {
        if (metric > settings.Activation)
        {
            lastActive = now;
            return current == 0 || (settings.IdleReplicas is not null && current < settings.MinReplicas)
                ? Math.Max(1, settings.MinReplicas)
                : current;
        }

        if ((settings.IdleReplicas is { } idle && current > idle) || (current > 0 && settings.MinReplicas == 0))
        {
            var cooled = lastActive is { } at ? at + settings.CooldownSeconds < now : settings.InitialCooldownSeconds < now;
            return cooled ? settings.IdleReplicas ?? settings.MinReplicas : current;
        }

        return settings.IdleReplicas is null ? Math.Max(current, settings.MinReplicas) : current;
    }
}
