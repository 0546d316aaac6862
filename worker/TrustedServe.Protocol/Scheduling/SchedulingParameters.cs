using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Scheduling;

/// <summary>What a request may say to the worker's scheduler, in the protocol's request parameters.</summary>
public static class SchedulingParameters
{
    /// <summary>Name of the parameter that says how urgent a request is: a whole number.</summary>
    public const string Priority = "priority";

    /// <summary>The priority that comes first.</summary>
    public const int MostUrgent = 1;

    /// <summary>The priority of a request that names none.</summary>
    public const int DefaultPriority = 5;

    /// <summary>The priority that comes last.</summary>
    public const int LeastUrgent = 9;

    /// <summary>Name of the parameter with an opaque tag of the caller. A front end sets it; what a caller put there itself it takes out.</summary>
    public const string Caller = "trustedserve_caller";

    /// <summary>The tag of what comes from the queue, whoever put it there; no caller's tag is like it.</summary>
    public const string QueueCaller = "queue";

    /// <summary>The most characters of a caller's tag.</summary>
    public const int LongestCaller = 64;

    /// <summary>The value of the parameter <see cref="Priority"/>.</summary>
    /// <exception cref="TsfException">TSF4001 when it is no whole number in the range.</exception>
    public static int PriorityOf(InferParameter parameter) => parameter switch
    {
        { HasInt64Param: true, Int64Param: >= MostUrgent and <= LeastUrgent and var priority } => (int)priority,
        { HasUint64Param: true, Uint64Param: >= MostUrgent and <= LeastUrgent and var priority } => (int)priority,
        _ => throw TsfErrors.MalformedRequest.With($"The parameter {Priority} must be a whole number from {MostUrgent} (first) to {LeastUrgent} (last)."),
    };
}
