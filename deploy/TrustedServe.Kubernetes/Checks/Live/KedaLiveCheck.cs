using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>Whether the cluster has KEDA and its HTTP add-on, in versions that take the manifests.</summary>
internal static class KedaLiveCheck
{
    private static readonly Version Oldest = new(2, 20);

    private static readonly Dictionary<string, string> Plurals = new(StringComparer.Ordinal)
    {
        ["ScaledObject"] = "scaledobjects",
        ["ScaledJob"] = "scaledjobs",
        ["TriggerAuthentication"] = "triggerauthentications",
        ["ClusterTriggerAuthentication"] = "clustertriggerauthentications",
        ["InterceptorRoute"] = "interceptorroutes",
        ["HTTPScaledObject"] = "httpscaledobjects",
    };

    /// <summary>Checks.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(LiveScope scope, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        foreach (var used in scope.Manifests.Documents.Select(ManifestNode.Of).Where(IsKeda).DistinctBy(node => (node.Document.Manifest.Kind, node.Document.Manifest.ApiVersion)))
        {
            var manifest = used.Document.Manifest;
            var (group, version) = manifest.ApiVersion.Split('/', 2) is [var left, var right] ? (left, right) : (manifest.ApiVersion, "");
            var name = $"{Plurals[manifest.Kind]}.{group}";
            var answer = await scope.Cluster.GetAsync($"apis/apiextensions.k8s.io/v1/customresourcedefinitions/{Uri.EscapeDataString(name)}", cancellationToken);
            if (answer.IsAbsent)
            {
                found.Add(used["kind"].Found(group == "keda.sh" ? CheckCodes.KedaAbsent : CheckCodes.HttpAddOnAbsent, $"no CustomResourceDefinition '{name}'"));
            }
            else if (answer.Reason is { } reason)
            {
                found.Add(LiveScope.NotSeen($"CustomResourceDefinition/{name}", reason));
            }
            else
            {
                found.AddRange(Of(used, version, LiveObject.Of(answer.Seen)));
            }
        }

        return found;
    }

    private static IEnumerable<Finding> Of(ManifestNode used, string version, ManifestNode definition)
    {
        var served = definition["spec"]["versions"].Items.Where(item => item["served"].Flag == true).Select(item => item["name"].Text).ToList();
        if (!served.Contains(version))
        {
            yield return used["apiVersion"].Found(CheckCodes.KedaVersion, $"the cluster serves {string.Join(", ", served)}");
        }

        // The add-on counts its releases apart.
        var label = definition["metadata"]["labels"]["app.kubernetes.io/version"].Text;
        if (used.Document.Manifest.ApiVersion.StartsWith("keda.sh/", StringComparison.Ordinal) && Version.TryParse(label?.TrimStart('v').Split('-')[0], out var release) && release < Oldest)
        {
            yield return used["apiVersion"].Found(CheckCodes.KedaVersion, $"KEDA {label}; what is checked here is {Oldest} and later");
        }
    }

    private static bool IsKeda(ManifestNode node) =>
        (node.Document.Manifest.ApiVersion.StartsWith("keda.sh/", StringComparison.Ordinal) || node.Document.Manifest.ApiVersion.StartsWith("http.keda.sh/", StringComparison.Ordinal))
        && Plurals.ContainsKey(node.Document.Manifest.Kind);
}
