using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>Whether the cluster has the runtime classes that pods name, with their overhead.</summary>
internal static class RuntimeClassLiveCheck
{
    /// <summary>Checks.</summary>
    public static Task<IReadOnlyList<Finding>> RunAsync(LiveScope scope, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        foreach (var workload in scope.Manifests.Workloads)
        {
            var name = workload.Spec["runtimeClassName"];
            if (name.Text is not { } text || scope.Manifests.Find("RuntimeClass", "", text) is not null || !scope.Classes.TryGetValue(text, out var live))
            {
                continue; // none is named, it is among the manifests, or it could not be seen and that has been said
            }

            if (live is null)
            {
                found.Add(name.Found(CheckCodes.RuntimeClassAbsent, $"no RuntimeClass '{text}'"));
            }
            else if (live.Cpus is null || live.Memory is null)
            {
                found.Add(name.Found(CheckCodes.RuntimeClassWithoutOverhead, $"RuntimeClass '{text}' has no overhead.podFixed for {(live.Cpus is null ? "cpu" : "memory")}"));
            }
        }

        return Task.FromResult<IReadOnlyList<Finding>>(found);
    }
}
