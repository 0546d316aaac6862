using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Health;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Http;

/// <summary>What every request of the HTTP trigger goes through: clock, request id, trust header, count, and one place for errors.</summary>
internal sealed partial class RequestPipeline(RequestDelegate next, WorkerFleet fleet, Drain drain, RequestMetrics metrics, TimeSpan timeout, bool own, TimeProvider time, ILogger logger)
{
    private const int MaxIdLength = 64;

    /// <summary>For a model that does not come back by itself: there is no better guess.</summary>
    private const int DefaultRetryAfterSeconds = 30;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    // Ids are to tell requests apart, not to be secret: what makes a process's its own is drawn once.
    private static readonly string Instance = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private static int lastNumber;

    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (CallClient.IsReader)
        {
            // A request that its caller sent behind one that was just answered there. That thread is for answers.
            await Task.Yield();
        }

        var started = metrics.Begin();
        context.Features.Set(new RequestInfo(time, time.GetTimestamp(), timeout, drain.Cut, own));
        context.TraceIdentifier = IdOf(context.Request);
        context.Response.Headers["x-request-id"] = context.TraceIdentifier;
        if (fleet.IsTrustSimulated)
        {
            context.Response.Headers["x-trustedserve-trust"] = "insecure-simulated";
        }

        var status = StatusCodes.Status500InternalServerError;
        try
        {
            if (drain.HasBegun)
            {
                // Whoever keeps a connection is to open the next one elsewhere.
                context.Response.Headers.Connection = "close";
            }

            if (drain.Refuses)
            {
                throw Draining("This instance is ending.");
            }

            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            {
                await RefuseAsync(context, Unrouted(context.Response.StatusCode));
            }

            status = context.Response.StatusCode;
        }
        catch (TsfException exception)
        {
            status = await FailAsync(context, exception);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            status = TsfErrors.Cancelled.HttpStatus;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            status = await FailAsync(context, TsfErrors.Internal.With("Unforeseen.", exception));
        }
        finally
        {
            metrics.End(started, status);
        }
    }

    private async Task<int> FailAsync(HttpContext context, TsfException exception)
    {
        if (exception.Error == TsfErrors.Internal)
        {
            LogInternal(logger, context.TraceIdentifier, exception);

            // What went wrong inside is for the log alone.
            exception = TsfErrors.Internal.With("Something failed that no other code describes; the log has it under this answer's request id.");
        }
        else if (exception.Error == TsfErrors.DeadlineExceeded && drain.Cut.IsCancellationRequested)
        {
            // It did not run out of its own time.
            exception = Draining("This instance is ending and could not finish the request in time.");
        }

        if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, exception);
        }

        return exception.Error.HttpStatus;
    }

    private static Task RefuseAsync(HttpContext context, TsfException exception)
    {
        var response = context.Response;
        if (exception.Error.HttpStatus == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (exception.Error.HttpStatus == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = (exception.RetryAfterSeconds ?? DefaultRetryAfterSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return JsonBody.WriteAsync(response, exception.Error.HttpStatus, exception, static (writer, exception) =>
        {
            writer.WriteStartObject();
            writer.WriteString("error"u8, exception.Message);
            writer.WriteString("code"u8, exception.Code);
            writer.WriteString("remedy"u8, exception.Error.Remedy);
            writer.WriteEndObject();
        });
    }

    private static TsfException Draining(string message) => new(TsfErrors.Draining, message) { RetryAfterSeconds = 1 };

    private static TsfException Unrouted(int status) => status == StatusCodes.Status405MethodNotAllowed
        ? TsfErrors.WrongMethod.With("The method is not allowed here; the Allow header names those that are.")
        : TsfErrors.UnknownRoute.With("There is no such resource.");

    private static string IdOf(HttpRequest request)
    {
        if (request.Headers["x-request-id"] is [{ Length: > 0 and <= MaxIdLength } id] && !id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            return id;
        }

        return $"{Instance}{Interlocked.Increment(ref lastNumber):x8}";
    }

    [LoggerMessage(2301, LogLevel.Error, "Request {RequestId} failed inside")]
    private static partial void LogInternal(ILogger logger, string requestId, Exception exception);
}
