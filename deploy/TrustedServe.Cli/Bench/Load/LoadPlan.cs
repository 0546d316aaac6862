namespace TrustedServe.Cli.Bench.Load;

/// <summary>What a run does.</summary>
internal sealed record LoadPlan
{
    /// <summary>Most connections.</summary>
    public const int MaxConnections = 512;

    /// <summary>Most arrivals of an open loop: their times are made in advance.</summary>
    public const int MaxArrivals = 10_000_000;

    /// <summary>The front end.</summary>
    public required Uri Address { get; init; }

    /// <summary>What is sent, one after the other, again and again.</summary>
    public required IReadOnlyList<PreparedRequest> Requests { get; init; }

    /// <summary>Connections; in an open loop the most requests that are in flight.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>Arrivals per second of an open loop; null for a closed loop, in which each connection sends as soon as it has its answer.</summary>
    public double? Rate { get; init; }

    /// <summary>Time before anything counts.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time that counts.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The body of every answer of this number is read as JSON and looked into.</summary>
    public int SampleEvery { get; init; } = 64;

    /// <summary>Of the arrivals.</summary>
    public int Seed { get; init; } = 1;
}
