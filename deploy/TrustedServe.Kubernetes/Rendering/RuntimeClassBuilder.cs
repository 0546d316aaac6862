using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the RuntimeClass as Kata's installer makes it. It belongs to the whole cluster, so it is written beside the manifests, not among them.</summary>
internal static class RuntimeClassBuilder
{
    /// <summary>Cores that the class adds to a pod's request, for the hypervisor's own threads.</summary>
    public const int OverheadCores = 1;

    /// <summary>Memory that the class adds to a pod's request: the guest's own.</summary>
    public const int OverheadMiB = GuestSize.SystemMiB;

    public static AnnotatedManifest Build(RenderContext context)
    {
        var draft = new ManifestDraft("node.k8s.io/v1", "RuntimeClass", null, context.RuntimeClass, context.Labels());
        draft["handler"] = context.RuntimeClass;
        draft["overhead"] = new JsonObject { ["podFixed"] = new JsonObject { ["cpu"] = "1", ["memory"] = "2048Mi" } };
        draft["scheduling"] = new JsonObject { ["nodeSelector"] = new JsonObject { ["katacontainers.io/kata-runtime"] = "true" } };
        draft.Comment("", "For the cluster's administrator. Kata's installer brings this class; apply it only where it is missing.");
        draft.Comment("/overhead", "Scheduling needs limits + overhead; the exclusive cores are the limits alone. Without the overhead the hypervisor and the guest's own memory would be taken from others.");
        return draft.Build();
    }
}
