using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the triggers that see requests while there is no instance.</summary>
internal static class HttpTriggerBuilder
{
    /// <summary>KEDA's interceptor, which holds requests until there is an instance.</summary>
    public static (JsonObject Trigger, string Why) Interceptor(RenderContext context) => (new JsonObject
    {
        ["type"] = "external-push",
        ["name"] = "requests",
        ["metadata"] = new JsonObject
        {
            ["scalerAddress"] = $"keda-add-ons-http-external-scaler.{context.Description.Network.KedaNamespace}:9090",
            ["interceptorRoute"] = context.Name,
        },
    }, "Requests at the interceptor: works while there is no instance, and pushes at once. Its target stands at the InterceptorRoute.");

    /// <summary>A query on what stands before the instances.</summary>
    public static (JsonObject Trigger, string Why) Prometheus(RenderContext context, PrometheusDescription prometheus) => (new JsonObject
    {
        ["type"] = "prometheus",
        ["name"] = "requests",
        ["metadata"] = new JsonObject
        {
            ["serverAddress"] = prometheus.Address,
            ["query"] = prometheus.Query,
            ["threshold"] = context.TargetConcurrency.ToString(CultureInfo.InvariantCulture),
            ["activationThreshold"] = "0",
            ["ignoreNullValues"] = "false",
        },
    }, $"Requests at once, as what stands before the instances counts them. {Target(context)} An empty answer is a failure, not zero: nothing is scaled in on it.");

    /// <summary>Why this many requests at once.</summary>
    public static string Target(RenderContext context) => context.Description.Triggers.Http is { TargetConcurrency: > 0 }
        ? $"{context.TargetConcurrency} an instance, as described."
        : $"{context.TargetConcurrency} an instance: one for each lane of the model with the fewest, so that all lanes have work and none waits.";
}
