using TrustedServe.Functions.Health;
using TrustedServe.Functions.Http;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Signals;

/// <summary>
/// <c>/scaling</c>, <c>/scaling/models/{model}[/versions/{version}]</c> and <c>/metrics</c> on the health listener. Names of models and
/// counts, never anything of a request or a row; with <c>Health:ModelSignals</c> off nothing of models at all.
/// </summary>
internal sealed class SignalEndpoints(ScalingSignals signals, RequestMetrics requests, WorkerFleet fleet, bool showsModels)
{
    /// <summary>Answers GET of a path that is none of health's own.</summary>
    public Task InvokeAsync(HttpContext context) => context.Request.Path.Value?.Split('/') switch
    {
        ["", "metrics"] => MetricsAsync(context.Response),
        ["", "scaling"] when showsModels => AllAsync(context.Response),
        ["", "scaling", "models", var model] when showsModels => ModelAsync(context.Response, model, null),
        ["", "scaling", "models", var model, "versions", var version] when showsModels => ModelAsync(context.Response, model, version),
        _ => RefuseAsync(context.Response, TsfErrors.UnknownRoute.With("There is no such resource.")),
    };

    private async Task MetricsAsync(HttpResponse response)
    {
        var text = requests.ToText(fleet);
        if (showsModels)
        {
            text += SignalMetrics.ToText(await signals.ReadAsync());
        }

        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await response.WriteAsync(text);
    }

    private async Task AllAsync(HttpResponse response) =>
        await JsonBody.WriteAsync(response, StatusCodes.Status200OK, await signals.ReadAsync(), SignalJson.WriteAll);

    private async Task ModelAsync(HttpResponse response, string model, string? version)
    {
        var report = await signals.ReadAsync();
        var versions = report.Models.Where(found => found.Key.Model == model && (version is null || found.Key.Version == version)).ToList();
        await (versions.Count == 0
            ? RefuseAsync(response, version is null ? TsfErrors.UnknownModel.With("There is no model of this name.") : TsfErrors.UnknownVersion.With("There is no such version of this model."))
            : JsonBody.WriteAsync(response, StatusCodes.Status200OK, (report, versions), static (writer, state) => SignalJson.WriteModel(writer, state.report, state.versions)));
    }

    private static Task RefuseAsync(HttpResponse response, TsfException refusal) => JsonBody.WriteAsync(
        response,
        refusal.Error.HttpStatus,
        refusal,
        static (writer, refusal) =>
        {
            writer.WriteStartObject();
            writer.WriteString("error"u8, refusal.Message);
            writer.WriteString("code"u8, refusal.Code);
            writer.WriteString("remedy"u8, refusal.Error.Remedy);
            writer.WriteEndObject();
        });
}
