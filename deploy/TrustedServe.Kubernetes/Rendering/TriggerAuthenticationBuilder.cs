using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the TriggerAuthentication: workload identity for KEDA alone.</summary>
internal static class TriggerAuthenticationBuilder
{
    public static AnnotatedManifest Build(RenderContext context)
    {
        var draft = context.Draft("keda.sh/v1alpha1", "TriggerAuthentication", context.KedaAuthentication);
        var identity = new JsonObject { ["provider"] = "azure-workload" };
        if (context.Description.Identity.KedaClientId is { } client)
        {
            identity["identityId"] = client;
        }

        draft["spec"] = new JsonObject { ["podIdentity"] = identity };
        draft.Comment("/spec/podIdentity", "KEDA reads the queue's length with this identity: Storage Queue Data Reader is enough. Instances do not have it; their storage credentials are in the settings resource that the broker releases.");
        return draft.Build();
    }
}
