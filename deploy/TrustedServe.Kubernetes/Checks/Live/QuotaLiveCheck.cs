using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Guest;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Kubernetes.Checks.Scaling;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>Whether the namespace's quotas hold all replicas. What is used there now is not counted: it may be these pods.</summary>
internal static class QuotaLiveCheck
{
    /// <summary>Checks.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(LiveScope scope, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        foreach (var scalers in Scaler.All(scope.Manifests).Where(scaler => scaler.Target is not null).GroupBy(scaler => scope.NamespaceOf(scaler.Root)))
        {
            var quotas = (await scope.Cluster.ListAsync($"api/v1/namespaces/{Uri.EscapeDataString(scalers.Key)}/resourcequotas", cancellationToken)).ConvertAll(LiveObject.Of);
            foreach (var quota in quotas)
            {
                foreach (var (name, hard) in quota["spec"]["hard"].Members)
                {
                    var needed = scalers.Sum(scaler => Needed(name, scaler, scope));
                    if (Quantity.Of(hard) is { } limit && needed > limit)
                    {
                        found.Add(scalers.First().Spec["maxReplicaCount"].Found(CheckCodes.QuotaExceeded, $"quota '{quota.Document.Manifest.Name}' has {hard.Text} of {name}; all replicas need {Shown(name, needed)}"));
                    }
                }
            }
        }

        return found;
    }

    private static decimal Needed(string resource, Scaler scaler, LiveScope scope)
    {
        var replicas = (decimal)Math.Clamp(scaler.Spec["maxReplicaCount"].Number ?? 100, 0, 1_000_000);
        var live = scope.Classes.GetValueOrDefault(scaler.Target!.Spec["runtimeClassName"].Text ?? "");
        return resource switch
        {
            "pods" or "count/pods" => replicas,
            "cpu" or "requests.cpu" or "limits.cpu" => replicas * (GuestSize.Limits(scaler.Target, "cpu") + (live?.Cpus ?? 0)),
            "memory" or "requests.memory" or "limits.memory" => replicas * (GuestSize.Limits(scaler.Target, "memory") + (live?.Memory ?? 0)),
            _ => 0,
        };
    }

    private static string Shown(string resource, decimal value) => resource.EndsWith("memory", StringComparison.Ordinal) ? Quantity.Mebibytes(value) : Quantity.Cpus(value);
}
