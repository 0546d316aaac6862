using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the Services: one for requests, one without an address of its own for the signals of each instance.</summary>
internal static class ServiceBuilder
{
    public static AnnotatedManifest Requests(RenderContext context)
    {
        var draft = context.Draft("v1", "Service");
        draft["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["selector"] = context.Selector(),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = ImageContract.HttpPort, ["targetPort"] = "http" }),
        };
        return draft.Build();
    }

    public static AnnotatedManifest Signals(RenderContext context)
    {
        var draft = context.Draft("v1", "Service", context.HeadlessService);
        draft["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = "None",
            ["selector"] = context.Selector(),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "health", ["port"] = ImageContract.HealthPort, ["targetPort"] = "health" }),
        };
        draft.Comment("", "Without an address of its own: KEDA asks every instance behind it, not one of them.");
        return draft.Build();
    }
}
