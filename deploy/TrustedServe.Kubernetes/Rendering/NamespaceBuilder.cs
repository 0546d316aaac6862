namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the Namespace.</summary>
internal static class NamespaceBuilder
{
    public static AnnotatedManifest Build(RenderContext context)
    {
        var labels = context.Labels();
        labels["pod-security.kubernetes.io/enforce"] = "restricted";
        var draft = new ManifestDraft("v1", "Namespace", null, context.Namespace, labels);
        draft.Comment("/metadata/labels/pod-security.kubernetes.io~1enforce", "No root, no privileges, no host: the API server refuses pods that ask for them.");
        return draft.Build();
    }
}
