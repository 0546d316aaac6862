using TrustedServe.Functions.Http;
using TrustedServe.Functions.Signals;
using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Health;

/// <summary>
/// Health and metrics on a listener of their own, for the kubelet, for Prometheus and for scalers: no keys, and nothing of requests but
/// counts.
/// </summary>
internal sealed class HealthEndpoints(WorkerFleet fleet, SignalEndpoints signals)
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
            default:
                return signals.InvokeAsync(context);
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
