using System.Text.Json;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Http;

/// <summary>
/// The protocol's repository extension: which model versions there are, and loading and unloading them. Only what the store's index
/// lists can be loaded; a model or a configuration that comes with the request is refused.
/// </summary>
internal sealed class RepositoryEndpoints(WorkerFleet fleet, AccessControl access, ServeOptions options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v2/repository/index", IndexAsync);
        routes.MapPost("/v2/repository/models/{model}/load", LoadAsync);
        routes.MapPost("/v2/repository/models/{model}/unload", UnloadAsync);
    }

    private Task IndexAsync(HttpContext context)
    {
        var caller = access.Authorize(context.Request, null, ApiAction.Metadata);
        var visible = fleet.Lives.Select(life => life.Workers).Where(workers =>
            caller is null || caller.Models.Contains("*") || caller.Models.Contains(workers.Model));
        return JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, visible, static (writer, models) =>
        {
            writer.WriteStartArray();
            foreach (var workers in models)
            {
                Write(writer, workers);
            }

            writer.WriteEndArray();
        });
    }

    private async Task LoadAsync(HttpContext context)
    {
        var lives = Find(context);
        RefuseParameters(context.Request);
        await Task.WhenAll(lives.Select(life => life.LoadAsync(context.RequestAborted)));
        var info = RequestInfo.Of(context);
        foreach (var workers in lives.Select(life => life.Workers))
        {
            while (!workers.IsReady)
            {
                if (workers.Unserved() is { } reason && (reason.Error != TsfErrors.ModelNotReady || info.Left == TimeSpan.Zero))
                {
                    throw reason;
                }

                await Task.Delay(Look, time, context.RequestAborted);
            }
        }
    }

    private async Task UnloadAsync(HttpContext context)
    {
        var lives = Find(context);
        RefuseParameters(context.Request);

        // Once begun it is carried to its end, whether the caller waits or not.
        await Task.WhenAll(lives.Select(life => life.UnloadAsync(CancellationToken.None)));
    }

    private List<ModelLife> Find(HttpContext context)
    {
        var model = (string)context.GetRouteValue("model")!;
        access.Authorize(context.Request, model, ApiAction.Manage);
        if (!access.IsRequired && options.Http.IsReachable)
        {
            throw TsfErrors.Forbidden.With("Without API keys models are loaded and unloaded from this machine alone.");
        }

        var lives = fleet.Lives.Where(life => life.Workers.Model == model).ToList();
        return lives.Count > 0 ? lives : throw TsfErrors.UnknownModel.With("There is no model of this name.");
    }

    // Models of a request's own would be weights that nobody sealed and nobody attested for.
    private static void RefuseParameters(HttpRequest request)
    {
        if (request.ContentLength is > 2 || (request.ContentLength is null && request.Headers.TransferEncoding.Count > 0))
        {
            throw TsfErrors.MalformedRequest.With("This request takes no parameters: send no body, or {}.");
        }
    }

    private static void Write(Utf8JsonWriter writer, ModelWorkers workers)
    {
        var (state, reason) = workers switch
        {
            { IsServed: false } => ("UNAVAILABLE", "unloaded"),
            { IsReady: true } => ("READY", string.Empty),
            _ when workers.Unserved() is { } unserved && unserved.Error != TsfErrors.ModelNotReady => ("UNAVAILABLE", unserved.Code),
            _ => ("LOADING", string.Empty),
        };
        writer.WriteStartObject();
        writer.WriteString("name"u8, workers.Model);
        writer.WriteString("version"u8, workers.Version);
        writer.WriteString("state"u8, state);
        writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
    }
}
