namespace TrustedServe.Functions.Signals;

/// <summary>How far what is said of the queue can be relied on.</summary>
internal enum QueueState
{
    /// <summary>No queue is configured.</summary>
    Off,

    /// <summary>It was looked at within the refresh time.</summary>
    Fresh,

    /// <summary>It could not be looked at in time; what was seen last is told, with its age.</summary>
    Aging,

    /// <summary>What was seen last is too old to be told.</summary>
    Stale,

    /// <summary>It could not be looked at yet.</summary>
    Unseen,
}
