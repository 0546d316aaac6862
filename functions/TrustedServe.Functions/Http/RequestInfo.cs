using Google.Protobuf.Collections;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Http;

/// <summary>What the pipeline knows of a request from its arrival on.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Arrival">When it arrived, as a timestamp of the clock.</param>
/// <param name="Timeout">How long it may take, queueing included.</param>
/// <param name="Cut">Cancelled when the instance ends and cuts off what is in hand.</param>
/// <param name="IsOwn">Whether it came by this host's own listener, so that nobody else's code follows its answer.</param>
internal sealed record RequestInfo(TimeProvider Time, long Arrival, TimeSpan Timeout, CancellationToken Cut, bool IsOwn)
{
    /// <summary>How much time is left; none once the request is cut off.</summary>
    public TimeSpan Left => Cut.IsCancellationRequested ? TimeSpan.Zero : Latest.Left;

    /// <summary>When an answer is of no more use, unless the caller asks for less.</summary>
    public Deadline Latest => new(Time, Arrival, Timeout);

    /// <summary>The information of a request.</summary>
    public static RequestInfo Of(HttpContext context) => context.Features.Get<RequestInfo>()!;

    /// <summary>When an answer is of no more use: the smaller of the configured time and the parameter <c>timeout</c> (microseconds).</summary>
    /// <exception cref="TsfException">TSF4001 when the parameter is no positive whole number.</exception>
    public Deadline Deadline(MapField<string, InferParameter> parameters)
    {
        if (!parameters.TryGetValue("timeout", out var parameter))
        {
            return Latest;
        }

        if (parameter is not { HasInt64Param: true, Int64Param: > 0 and var microseconds })
        {
            throw TsfErrors.MalformedRequest.With("Parameter 'timeout' must be a positive whole number of microseconds.");
        }

        return new Deadline(Time, Arrival, microseconds < Timeout.TotalMicroseconds ? TimeSpan.FromMicroseconds(microseconds) : Timeout);
    }
}
