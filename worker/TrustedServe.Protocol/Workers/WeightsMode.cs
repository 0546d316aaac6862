namespace TrustedServe.Protocol.Workers;

/// <summary>How weights that lie beside a graph reach the engine.</summary>
public enum WeightsMode
{
    /// <summary>
    /// Large weights: mapped at first, so that the model answers at once, and prepacked beside it. Small ones, and those inside
    /// the graph: prepacked. Lanes of several cores: mapped, since each has a session of its own.
    /// </summary>
    Auto,

    /// <summary>Used where they lie: the quickest start, shared by all sessions, a little slower in each answer.</summary>
    Mapped,

    /// <summary>Copied in the order in which this processor's kernels read them, before the first answer. Once for each lane of several cores.</summary>
    Prepacked,
}
