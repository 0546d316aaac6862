namespace TrustedServe.Kubernetes.Description;

/// <summary>Instances that are there at certain hours, whatever the work.</summary>
public sealed record FloorDescription
{
    /// <summary>Time zone of the hours, for example <c>Europe/Berlin</c>.</summary>
    public required string Timezone { get; init; }

    /// <summary>Begin, five fields of cron.</summary>
    public required string Start { get; init; }

    /// <summary>End, five fields of cron.</summary>
    public required string End { get; init; }

    /// <summary>How many, 1 to 1000.</summary>
    public required int Replicas { get; init; }
}
