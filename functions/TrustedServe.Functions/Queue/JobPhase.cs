namespace TrustedServe.Functions.Queue;

/// <summary>What a job in hand is at.</summary>
public enum JobPhase
{
    /// <summary>Waiting for its model.</summary>
    Waiting,

    /// <summary>Looking at its blobs, opening its rows.</summary>
    Opening,

    /// <summary>Its rows are scored.</summary>
    Scoring,

    /// <summary>Putting its result in place.</summary>
    Closing,

    /// <summary>Over, well or not.</summary>
    Ended,
}
