using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Live;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Checks;

/// <summary>Compares manifests with a cluster. What the cluster does not show is a finding of its own, never in order.</summary>
public static class ClusterCheck
{
    private static readonly (string What, Func<LiveScope, CancellationToken, Task<IReadOnlyList<Finding>>> Check)[] Checks =
    [
        ("runtime classes", RuntimeClassLiveCheck.RunAsync),
        ("KEDA", KedaLiveCheck.RunAsync),
        ("nodes", NodeLiveCheck.RunAsync),
        ("quotas", QuotaLiveCheck.RunAsync),
        ("permissions", PermissionLiveCheck.RunAsync),
    ];

    /// <summary>Checks.</summary>
    /// <returns>Errors first, then by code.</returns>
    /// <exception cref="Protocol.Errors.TsfException">TSF7023 when the cluster cannot be asked at all.</exception>
    public static async Task<IReadOnlyList<Finding>> RunAsync(IReadOnlyList<ManifestDocument> documents, ClusterReader cluster, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(cluster);
        await cluster.RequireAsync(cancellationToken);
        var manifests = new CheckScope(documents, new CheckOptions());
        var found = new List<Finding>();
        var scope = new LiveScope(manifests, cluster, await ClassesAsync(manifests, cluster, found, cancellationToken));
        foreach (var (what, check) in Checks)
        {
            try
            {
                found.AddRange(await check(scope, cancellationToken));
            }
            catch (NotSeenException exception)
            {
                found.Add(LiveScope.NotSeen(what, exception.Message));
            }
        }

        return [.. found.Distinct().OrderBy(finding => finding.Check.Severity).ThenBy(finding => finding.Check.Code, StringComparer.Ordinal)];
    }

    private static async Task<Dictionary<string, LiveRuntimeClass?>> ClassesAsync(CheckScope manifests, ClusterReader cluster, List<Finding> found, CancellationToken cancellationToken)
    {
        var classes = new Dictionary<string, LiveRuntimeClass?>(StringComparer.Ordinal);
        foreach (var name in manifests.Workloads.Select(workload => workload.Spec["runtimeClassName"].Text).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var answer = await cluster.GetAsync($"apis/node.k8s.io/v1/runtimeclasses/{Uri.EscapeDataString(name)}", cancellationToken);
            if (answer.IsAbsent)
            {
                classes[name] = manifests.Find("RuntimeClass", "", name) is { } coming ? new LiveRuntimeClass(coming) : null;
            }
            else if (answer.Reason is null)
            {
                classes[name] = new LiveRuntimeClass(LiveObject.Of(answer.Seen));
            }
            else
            {
                found.Add(LiveScope.NotSeen($"RuntimeClass/{name}", answer.Reason));
            }
        }

        return classes;
    }
}
