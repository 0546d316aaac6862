using TrustedServe.Functions.Http;
using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Health;

/// <summary>
/// Health and metrics on a listener of their own, for the kubelet and for Prometheus: no keys, and nothing of models or
/// requests.
/// </summary>
internal sealed class HealthEndpoints(WorkerFleet fleet, RequestMetrics metrics)
{
    /// <summary>Answers one request.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var response = context.Response;
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            response.Headers.Allow = "GET";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case "/healthz/live":
                return StateAsync(response, "live", true);
            case "/healthz/ready":
                return StateAsync(response, "ready", fleet.IsReady);
            case "/metrics":
                response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                return response.WriteAsync(metrics.ToText(fleet));
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private Task StateAsync(HttpResponse response, string name, bool value) => JsonBody.WriteAsync(
        response,
        value ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
        (name, value, fleet),
        static (writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean(state.name, state.value);
            writer.WriteNumber("models"u8, state.fleet.Count);
            writer.WriteNumber("modelsReady"u8, state.fleet.ReadyCount);
            writer.WriteString("trust"u8, state.fleet.TrustKind);
            writer.WriteEndObject();
        });
}
