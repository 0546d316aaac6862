using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the PodDisruptionBudget.</summary>
internal static class DisruptionBudgetBuilder
{
    public static AnnotatedManifest Build(RenderContext context)
    {
        var draft = context.Draft("policy/v1", "PodDisruptionBudget");
        draft["spec"] = new JsonObject
        {
            ["maxUnavailable"] = 1,
            ["selector"] = new JsonObject { ["matchLabels"] = context.Selector() },
        };
        draft.Comment("/spec/maxUnavailable", "One at a time. A least number would keep the last instance's machine from ever being drained.");
        return draft.Build();
    }
}
