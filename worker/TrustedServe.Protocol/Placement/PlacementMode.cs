namespace TrustedServe.Protocol.Placement;

/// <summary>What lanes are planned for.</summary>
public enum PlacementMode
{
    /// <summary>Decided from the model: as narrow as its longest input allows. The plan says why.</summary>
    Auto,

    /// <summary>Most answers a second: every core is a lane of its own.</summary>
    Throughput,

    /// <summary>Quickest single answer: lanes of several cores.</summary>
    Latency,
}
