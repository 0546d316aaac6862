using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Scheduling;

namespace TrustedServe.Worker.Lanes;

/// <summary>How urgent a request is: 1 comes first, 9 last. The bounds stand in <see cref="SchedulingParameters"/>.</summary>
internal static class RequestPriority
{
    /// <summary>What a request has that says nothing.</summary>
    public const int Default = SchedulingParameters.DefaultPriority;

    /// <summary>How many there are.</summary>
    public const int Count = SchedulingParameters.LeastUrgent - SchedulingParameters.MostUrgent + 1;

    /// <summary>The priority that a request asks for.</summary>
    /// <exception cref="TsfException">TSF4001 when it is not one.</exception>
    public static int Read(ModelInferRequest request)
    {
        if (!request.Parameters.TryGetValue(SchedulingParameters.Priority, out var parameter))
        {
            return Default;
        }

        return SchedulingParameters.PriorityOf(parameter);
    }

    /// <summary>The tag of the caller that a request bears; empty for none.</summary>
    /// <exception cref="TsfException">TSF4001 when it is not text, or too long.</exception>
    public static string ReadCaller(ModelInferRequest request)
    {
        if (!request.Parameters.TryGetValue(SchedulingParameters.Caller, out var parameter))
        {
            return string.Empty;
        }

        return parameter is { HasStringParam: true, StringParam.Length: <= SchedulingParameters.LongestCaller }
            ? parameter.StringParam
            : throw TsfErrors.MalformedRequest.With($"The parameter {SchedulingParameters.Caller} must be text of at most {SchedulingParameters.LongestCaller} characters.");
    }
}
