namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the ServiceAccount, which has no rights and hands out no token.</summary>
internal static class ServiceAccountBuilder
{
    public static AnnotatedManifest Build(RenderContext context)
    {
        var draft = context.Draft("v1", "ServiceAccount");
        draft["automountServiceAccountToken"] = false;
        draft.Comment("", "Pods show the broker their evidence, nothing else: no token, and no workload identity, whose webhook would change environment and mounts, which the agent policy refuses.");
        return draft.Build();
    }
}
