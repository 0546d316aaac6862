using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Guest;

/// <summary>Whether every container has whole CPUs and memory of its own.</summary>
internal static class ResourcesCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads.SelectMany(workload => workload.Containers).SelectMany(Of);

    private static IEnumerable<Finding> Of(Container container)
    {
        var resources = container.Node["resources"];
        foreach (var name in (string[])["cpu", "memory"])
        {
            var (limit, request) = (resources["limits"][name], resources["requests"][name]);
            if (Quantity.Of(limit) is not { } value)
            {
                yield return limit.Found(CheckCodes.LimitsMissing, limit.Exists ? $"container '{container.Name}' has '{limit.Text}' as limits.{name}" : $"container '{container.Name}' has no limits.{name}");
                continue;
            }

            if (request.Exists && Quantity.Of(request) != value)
            {
                yield return request.Found(CheckCodes.NotGuaranteed, $"container '{container.Name}': requests.{name} {request.Text}, limits.{name} {limit.Text}");
            }

            if (name == "cpu" && value != Math.Floor(value))
            {
                yield return limit.Found(CheckCodes.FractionalCpu, $"container '{container.Name}' has {limit.Text} CPUs");
            }
        }
    }
}
