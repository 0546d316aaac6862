using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether a pod asks webhooks to change it.</summary>
internal static class WebhookCheck
{
    private static readonly string[] Requests = ["azure.workload.identity/use", "sidecar.istio.io/inject", "linkerd.io/inject", "vault.hashicorp.com/agent-inject", "dapr.io/enabled"];

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        from workload in scope.Confidential
        from name in Requests
        from request in new[] { workload.Pod["metadata"]["labels"][name], workload.Annotations[name] }
        where request.Text is "true" or "enabled" or "ingress"
        select request.Found(CheckCodes.WebhookChangesPod, $"{name}: {request.Text}");
}
