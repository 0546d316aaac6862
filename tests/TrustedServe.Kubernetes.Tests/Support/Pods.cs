using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Rendering;

namespace TrustedServe.Kubernetes.Tests.Support;

/// <summary>Finds the pod template of a rendering.</summary>
internal static class Pods
{
    public static JsonNode Template(RenderedDeployment rendered)
    {
        var spec = rendered.Manifests.Single(manifest => manifest.Kind is "Deployment" or "ScaledJob").Content["spec"]!;
        return (spec["jobTargetRef"] ?? spec)["template"]!;
    }

    public static JsonNode Container(RenderedDeployment rendered) => Template(rendered)["spec"]!["containers"]!.AsArray().Single()!;
}
