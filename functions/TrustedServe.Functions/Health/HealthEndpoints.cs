using TrustedServe.Functions.Holding;
using TrustedServe.Functions.Http;
using TrustedServe.Functions.Signals;
using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Health;

/// <summary>
/// Probes, metrics and signals on a listener of their own, for the kubelet, for Prometheus and for scalers: no keys, and nothing of
/// requests but counts.
/// </summary>
/// <remarks>
/// <c>startup</c>: everything that is to answer has answered once; until then its JSON says what is missing.
/// <c>ready</c>: it answers now, under an attestation that is not too old, and the instance is not ending.
/// <c>live</c>: false only when nothing that is to answer ever will again without another start of the process; load, a model that is
/// starting and a drain leave it true.
/// </remarks>
internal sealed class HealthEndpoints(WorkerFleet fleet, HeldRequests held, SignalEndpoints signals, TimeProvider time)
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
            case "/healthz/startup":
                return JsonBody.WriteAsync(response, Status(fleet.HasStarted), (fleet, held, time), StartupReport.Write);
            case "/healthz/live":
                return StateAsync(response, "live", fleet.IsAlive);
            case "/healthz/ready":
                return StateAsync(response, "ready", fleet.IsReady);
            default:
                return signals.InvokeAsync(context);
        }
    }

    private Task StateAsync(HttpResponse response, string name, bool value) => JsonBody.WriteAsync(
        response,
        Status(value),
        (name, value, fleet),
        static (writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean(state.name, state.value);
            writer.WriteNumber("models"u8, state.fleet.Count);
            writer.WriteNumber("modelsReady"u8, state.fleet.ReadyCount);
            writer.WriteString("trust"u8, state.fleet.TrustKind);
            writer.WriteBoolean("trustInForce"u8, state.fleet.IsTrustInForce);
            writer.WriteEndObject();
        });

    private static int Status(bool value) => value ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
