namespace TrustedServe.Functions.Queue;

/// <summary>What became of a message.</summary>
internal enum MessageEnd
{
    /// <summary>Its job is done and it is deleted.</summary>
    Done,

    /// <summary>The try failed; it is delivered again after a pause.</summary>
    TriedInVain,

    /// <summary>The last try failed; it lies in the poison queue.</summary>
    Poisoned,

    /// <summary>The instance is ending; it is visible again and no try was counted.</summary>
    HandedBack,

    /// <summary>Another receiver has it.</summary>
    Lost,

    /// <summary>The queue did not answer; it is delivered again when its visibility ends.</summary>
    Unsettled,
}
