using System.Collections.Concurrent;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Signals;

/// <summary>Counts requests model by model, from their route on: those that are held while a model starts too.</summary>
internal sealed class RequestWatch(ModelCatalogue models, TimeProvider time)
{
    private readonly ConcurrentDictionary<ModelKey, RequestCounter> counters = new();

    /// <summary>The counter of a model version.</summary>
    public RequestCounter Of(ModelKey key) => counters.GetOrAdd(key, static (_, time) => new RequestCounter(time), time);

    /// <summary>Counts one request and hands it on.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<InferenceRoute>() is not null
            && models.Find((string)context.GetRouteValue("model")!, (string?)context.GetRouteValue("version")) is { } key
                ? CountAsync(Of(key), context, next)
                : next(context);

    private static async Task CountAsync(RequestCounter counter, HttpContext context, RequestDelegate next)
    {
        var began = counter.Begin();
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        catch (TsfException refused)
        {
            status = refused.Error.HttpStatus;
            throw;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            status = TsfErrors.Cancelled.HttpStatus;
            throw;
        }
        finally
        {
            counter.End(began, status);
        }
    }
}
