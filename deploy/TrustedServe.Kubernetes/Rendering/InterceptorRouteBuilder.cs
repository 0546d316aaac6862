using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the InterceptorRoute of KEDA's http-add-on.</summary>
internal static class InterceptorRouteBuilder
{
    public static AnnotatedManifest Build(RenderContext context, HttpTriggerDescription http)
    {
        var draft = context.Draft("http.keda.sh/v1beta1", "InterceptorRoute");
        draft["spec"] = new JsonObject
        {
            ["target"] = new JsonObject { ["service"] = context.Name, ["port"] = ImageContract.HttpPort },
            ["rules"] = new JsonArray(new JsonObject { ["hosts"] = new JsonArray([.. http.Hosts.Select(host => (JsonNode)host)]) }),
            ["scalingMetric"] = new JsonObject { ["concurrency"] = new JsonObject { ["targetValue"] = context.TargetConcurrency } },
            ["timeouts"] = new JsonObject
            {
                ["readiness"] = string.Create(CultureInfo.InvariantCulture, $"{PodTemplateBuilder.CreateSeconds(context)}s"),
            },
        };
        draft.Comment("", "The interceptor ends TLS where it is configured to: requests that must stay secret from the machine's owner are encrypted to the instance itself.");
        draft.Comment("/spec/scalingMetric/concurrency", HttpTriggerBuilder.Target(context));
        draft.Comment("/spec/timeouts/readiness", "How long a request is held while the first instance starts: what creating a container may take.");
        return draft.Build();
    }
}
