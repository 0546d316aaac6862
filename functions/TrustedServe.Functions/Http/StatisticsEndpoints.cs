using TrustedServe.Functions.Access;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Inference.Json;

namespace TrustedServe.Functions.Http;

/// <summary><c>/v2/models/{model}[/versions/{version}]/stats</c>: the protocol's statistics extension, and what the lanes have counted beside it.</summary>
internal sealed class StatisticsEndpoints(IInferenceGateway gateway, IModelStatistics statistics, AccessControl access)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var model in new[] { "/v2/models/{model}", "/v2/models/{model}/versions/{version}" })
        {
            routes.MapGet($"{model}/stats", StatisticsAsync);
        }
    }

    private async Task StatisticsAsync(HttpContext context)
    {
        var name = (string)context.GetRouteValue("model")!;
        access.Authorize(context.Request, name, ApiAction.Metadata);
        var model = gateway.Resolve(name, (string?)context.GetRouteValue("version"));
        var workers = await statistics.StatisticsAsync(model, context.RequestAborted);
        await JsonBody.WriteAsync(context.Response, StatusCodes.Status200OK, (model, workers), static (writer, state) =>
            StatisticsWriter.Write(writer, state.model, state.workers));
    }
}
