using Google.Protobuf.Collections;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Http;

/// <summary>What the pipeline knows of a request from its arrival on.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Arrival">When it arrived.</param>
/// <param name="Timeout">How long it may take, queueing included.</param>
internal sealed record RequestInfo(TimeProvider Time, DateTimeOffset Arrival, TimeSpan Timeout)
{
    /// <summary>How much time is left.</summary>
    public TimeSpan Left => Arrival + Timeout - Time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>When an answer is of no more use, unless the caller asks for less.</summary>
    public DateTimeOffset Latest => Arrival + Timeout;

    /// <summary>The information of a request.</summary>
    public static RequestInfo Of(HttpContext context) => context.Features.Get<RequestInfo>()!;

    /// <summary>When an answer is of no more use: the smaller of the configured time and the parameter <c>timeout</c> (microseconds).</summary>
    /// <exception cref="TsfException">TSF4001 when the parameter is no positive whole number.</exception>
    public DateTimeOffset Deadline(MapField<string, InferParameter> parameters)
    {
        if (!parameters.TryGetValue("timeout", out var parameter))
        {
            return Latest;
        }

        if (parameter is not { HasInt64Param: true, Int64Param: > 0 and var microseconds })
        {
            throw TsfErrors.MalformedRequest.With("Parameter 'timeout' must be a positive whole number of microseconds.");
        }

        return Arrival + (microseconds < Timeout.TotalMicroseconds ? TimeSpan.FromMicroseconds(microseconds) : Timeout);
    }
}
