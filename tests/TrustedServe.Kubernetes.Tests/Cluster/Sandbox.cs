using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Cluster;

/// <summary>A cluster of the double, a client of it, and the manifests of a small deployment.</summary>
internal sealed class Sandbox : IAsyncDisposable, IProgress<ApplyProgress>
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(600);

    private readonly TemporaryDirectory work = new();
    private readonly List<string> progress = [];

    private Sandbox(ApiDouble cluster, TimeProvider time)
    {
        Cluster = cluster;
        Client = ClusterClient.Open(new ClusterOptions { Kubeconfig = cluster.Kubeconfig(work["config"]), FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5) }, time);
    }

    public ApiDouble Cluster { get; }

    public ClusterClient Client { get; }

    /// <summary>Called with every line of progress.</summary>
    public Action<string>? Progressed { get; set; }

    public IReadOnlyList<string> Progress
    {
        get
        {
            lock (progress)
            {
                return [.. progress];
            }
        }
    }

    public static async Task<Sandbox> StartAsync(TimeProvider? time = null) => new(await ApiDouble.StartAsync(), time ?? TimeProvider.System);

    public static Manifest Of(string apiVersion, string kind, string? @namespace, string name, string body = "{}")
    {
        var content = JsonNode.Parse(body)!.AsObject();
        content["apiVersion"] = apiVersion;
        content["kind"] = kind;
        var metadata = content["metadata"] as JsonObject ?? [];
        content["metadata"] = metadata;
        metadata["name"] = name;
        if (@namespace is not null)
        {
            metadata["namespace"] = @namespace;
        }

        return new Manifest(apiVersion, kind, @namespace, name, content);
    }

    public static Manifest Deployment(string image = "registry.invalid/worker@sha256:aa", string extra = "") => Of("apps/v1", "Deployment", "models", "langid", """
        {"spec": {"selector": {"matchLabels": {"app": "langid"}}, "template": {"metadata": {"labels": {"app": "langid"}}, "spec": {"runtimeClassName": "kata-qemu-tdx", "containers": [
          {"name": "worker", "image": "IMAGE", "env": [{"name": "LANES", "value": "2"}EXTRA], "resources": {"limits": {"cpu": "2", "memory": "4Gi"}}},
          {"name": "functions", "image": "registry.invalid/functions@sha256:bb", "ports": [{"containerPort": 8080}, {"containerPort": 8081, "name": "health"}],
           "readinessProbe": {"httpGet": {"path": "/healthz/ready", "port": "health"}}}]}}}}
        """.Replace("IMAGE", image, StringComparison.Ordinal).Replace("EXTRA", extra, StringComparison.Ordinal));

    /// <summary>A deployment as it is rendered, in no useful order.</summary>
    public static List<Manifest> Manifests() =>
    [
        Of("keda.sh/v1alpha1", "ScaledObject", "models", "langid", """{"spec": {"scaleTargetRef": {"name": "langid"}, "minReplicaCount": 0, "maxReplicaCount": 8, "triggers": [{"type": "azure-queue", "metadata": {"queueName": "scoring", "queueLength": "5"}}]}}"""),
        Deployment(),
        Of("v1", "ConfigMap", "models", "settings", """{"data": {"Lanes": "2", "Http:Port": "8080"}}"""),
        Of("v1", "Service", "models", "langid", """{"spec": {"selector": {"app": "langid"}, "ports": [{"port": 80, "targetPort": 8080}]}}"""),
        Of("v1", "Namespace", null, "models", """{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}"""),
        Of("networking.k8s.io/v1", "NetworkPolicy", "models", "langid", """{"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "egress": [{"ports": [{"port": 443}]}]}}"""),
        Of("v1", "ServiceAccount", "models", "langid", """{"automountServiceAccountToken": false}"""),
        Of("policy/v1", "PodDisruptionBudget", "models", "langid", """{"spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "langid"}}}}"""),
    ];

    public static ApplyOptions Options(string deployment = "langid") => new() { Deployment = deployment, Timeout = Limit };

    public Task<ApplyReport> ApplyAsync(IReadOnlyList<Manifest> manifests, ApplyOptions? options = null, CancellationToken cancellationToken = default) =>
        new ClusterApply(Client, options ?? Options(), this).RunAsync(manifests, cancellationToken);

    /// <summary>The state that the inventory tells; null without one.</summary>
    public string? State(string deployment = "langid", string @namespace = "models") =>
        (string?)JsonNode.Parse((string?)Cluster.Store.Find("ConfigMap", @namespace, $"trustedserve-inventory-{deployment}")?["data"]!["inventory.json"] ?? "{}")!["state"];

    /// <summary>Everything in the cluster that people write, without what the server keeps for itself.</summary>
    public SortedDictionary<string, string> Contents()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var kind in KindEntry.All)
        {
            foreach (var item in Cluster.Store.List(kind, null).Where(item => !((string)item["metadata"]!["name"]!).StartsWith("trustedserve-inventory-", StringComparison.Ordinal)))
            {
                var metadata = item["metadata"]!.AsObject();
                foreach (var name in (string[])["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"])
                {
                    metadata.Remove(name);
                }

                item.Remove("status");
                found[$"{kind.Kind}/{metadata["namespace"]}/{metadata["name"]}"] = Sorted(item)!.ToJsonString();
            }
        }

        return found;
    }

    public static ObjectOutcome Outcome(ApplyReport report, string kind) => report.Objects.Single(item => item.Object.Kind == kind).Outcome;

    public static string? Detail(ApplyReport report, string kind) => report.Objects.Single(item => item.Object.Kind == kind).Detail;

    /// <summary>Waits for a condition, for as long as a loaded machine may need.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 6_000, "The condition did not come true within a minute.");
            await Task.Delay(10);
        }
    }

    public void Report(ApplyProgress value)
    {
        lock (progress)
        {
            progress.Add($"{value.Object} {value.Text}");
        }

        Progressed?.Invoke($"{value.Object} {value.Text}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Cluster.DisposeAsync();
        work.Dispose();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
