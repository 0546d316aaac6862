namespace TrustedServe.Functions.Supervision;

/// <summary>How a worker ended.</summary>
internal enum WorkerEndKind
{
    /// <summary>Without being asked to.</summary>
    Crashed,

    /// <summary>It could not start, and says that another start could succeed.</summary>
    Retryable,

    /// <summary>It could not start, and never will as things are.</summary>
    Refused,
}

/// <summary>The end of a worker that was not asked to end.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Lived">How long it had been ready; zero when it never was.</param>
/// <param name="Code">The code of the cause.</param>
/// <param name="Reason">The cause, for the log.</param>
internal sealed record WorkerEnd(WorkerEndKind Kind, TimeSpan Lived, string Code, string Reason);
