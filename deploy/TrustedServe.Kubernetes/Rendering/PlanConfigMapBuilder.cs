using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds a ConfigMap that says what was rendered, for people and for comparisons. No pod reads it: configuration that is mounted is copied into the guest, which the agent policy refuses.</summary>
internal static class PlanConfigMapBuilder
{
    public static AnnotatedManifest Build(RenderContext context)
    {
        var draft = context.Draft("v1", "ConfigMap", $"{context.Name}-plan");
        draft["data"] = new JsonObject
        {
            ["mr-config-id"] = context.MrConfigId,
            ["guest"] = context.Guest.Arithmetic + "\n",
            ["memory"] = context.Budget.Arithmetic + "\n",
            ["cores"] = InstancePlan.Text(context.Plan),
        };
        draft.Comment("", "What was planned, to compare with what is there. No pod reads it: mounted configuration would be copied into the guest, which the agent policy refuses.");
        return draft.Build();
    }
}
