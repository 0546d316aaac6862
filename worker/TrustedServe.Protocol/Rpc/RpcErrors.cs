using Grpc.Core;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Rpc;

/// <summary>Carries <see cref="TsfException"/> over gRPC: the code travels in the trailer <c>tsf-code</c>, the message as the status detail.</summary>
public static class RpcErrors
{
    private const string CodeTrailer = "tsf-code";
    private const string RetryTrailer = "tsf-retry-after";

    /// <summary>For the serving side: the exception to throw out of a gRPC method.</summary>
    public static RpcException ToRpc(TsfException exception)
    {
        var trailers = new Metadata { { CodeTrailer, exception.Code } };
        if (exception.RetryAfterSeconds is { } seconds)
        {
            trailers.Add(RetryTrailer, seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return new RpcException(new Status(StatusOf(exception.Error.HttpStatus), exception.Message), trailers);
    }

    /// <summary>For the calling side: the exception that the other side threw, or what stands for a lost connection.</summary>
    public static TsfException FromRpc(RpcException exception)
    {
        if (TsfErrors.Find(exception.Trailers.GetValue(CodeTrailer)) is { } error)
        {
            return new TsfException(error, exception.Status.Detail, exception)
            {
                RetryAfterSeconds = int.TryParse(exception.Trailers.GetValue(RetryTrailer), out var seconds) ? seconds : null,
            };
        }

        return exception.StatusCode switch
        {
            StatusCode.DeadlineExceeded => TsfErrors.DeadlineExceeded.With("The deadline passed while the worker was computing.", exception),
            StatusCode.Cancelled => TsfErrors.Cancelled.With("The call was cancelled.", exception),
            StatusCode.ResourceExhausted => TsfErrors.BodyTooLarge.With("The message is larger than the worker takes.", exception),
            StatusCode.Unavailable => new TsfException(TsfErrors.WorkerLost, "The worker cannot be reached.", exception) { RetryAfterSeconds = 1 },
            _ => TsfErrors.Internal.With($"The worker answered {exception.StatusCode}.", exception),
        };
    }

    /// <summary>Whether the other side gave a code; without one, the transport speaks.</summary>
    public static bool HasCode(RpcException exception) => exception.Trailers.GetValue(CodeTrailer) is not null;

    private static StatusCode StatusOf(int httpStatus) => httpStatus switch
    {
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.NotFound,
        499 => StatusCode.Cancelled,
        503 => StatusCode.Unavailable,
        504 => StatusCode.DeadlineExceeded,
        >= 400 and < 500 => StatusCode.InvalidArgument,
        _ => StatusCode.Internal,
    };
}
