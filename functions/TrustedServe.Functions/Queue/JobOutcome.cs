namespace TrustedServe.Functions.Queue;

/// <summary>How a job ended well.</summary>
public enum JobOutcome
{
    /// <summary>Its result was written.</summary>
    Completed,

    /// <summary>Its result was already there from an earlier delivery.</summary>
    AlreadyDone,
}
