using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the Deployment of instances that stay.</summary>
internal static class DeploymentBuilder
{
    private const int LeastProgress = 600;

    public static AnnotatedManifest Build(RenderContext context)
    {
        var (template, comments) = PodTemplateBuilder.Build(context);
        var draft = context.Draft("apps/v1", "Deployment");
        draft["spec"] = new JsonObject
        {
            ["revisionHistoryLimit"] = 5,
            ["progressDeadlineSeconds"] = Math.Max(LeastProgress, 2 * PodTemplateBuilder.CreateSeconds(context)),
            ["selector"] = new JsonObject { ["matchLabels"] = context.Selector() },
            ["strategy"] = new JsonObject
            {
                ["type"] = "RollingUpdate",
                ["rollingUpdate"] = new JsonObject { ["maxSurge"] = 1, ["maxUnavailable"] = 0 },
            },
            ["template"] = template,
        };
        draft.Comment("/spec", "No replicas here: KEDA owns that number.");
        draft.Comment("/spec/strategy", "The new instance is ready before an old one drains: it takes a guest's memory once more meanwhile.");
        draft.Comment("/spec/template", comments);
        return draft.Build();
    }
}
