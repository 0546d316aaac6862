using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Guest;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Kubernetes.Checks.Scaling;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>Whether nodes take the pods: a trust domain, exclusive cores, room for all replicas.</summary>
internal static class NodeLiveCheck
{
    /// <summary>How many nodes are asked for their configuration; nodes of one class are configured alike.</summary>
    private const int MostAsked = 50;

    /// <summary>What node feature discovery says of a node with TDX, for classes that select none.</summary>
    private static readonly string[] TdxLabels = ["feature.node.kubernetes.io/cpu-security.tdx.enabled", "intel.feature.node.kubernetes.io/tdx"];

    /// <summary>Checks.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(LiveScope scope, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        var classes = scope.Manifests.Confidential.GroupBy(workload => workload.Spec["runtimeClassName"].Text!, StringComparer.Ordinal).ToList();
        found.AddRange(classes.Where(group => !scope.Classes.ContainsKey(group.Key)).Select(group => LiveScope.NotSeen($"nodes for RuntimeClass/{group.Key}", "the class itself was not seen")));
        var groups = classes.Where(group => scope.Classes.GetValueOrDefault(group.Key) is not null).ToList();
        if (groups.Count == 0)
        {
            return found;
        }

        var all = (await scope.Cluster.ListAsync("api/v1/nodes", cancellationToken)).ConvertAll(LiveObject.Of);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var live = scope.Classes[group.Key]!;
            var nodes = all.Where(node => Takes(node, live)).ToList();
            if (nodes.Count == 0)
            {
                found.Add(group.First().Spec["runtimeClassName"].Found(CheckCodes.NoTdxNode, $"{all.Count} nodes, none that is ready, schedulable and has {Wanted(live)}"));
                continue;
            }

            foreach (var node in nodes.Where(node => asked.Count < MostAsked && asked.Add(node.Document.Manifest.Name)))
            {
                found.AddRange(await ConfigurationAsync(node, scope, cancellationToken));
            }

            found.AddRange(Scaler.All(scope.Manifests).Where(scaler => group.Contains(scaler.Target)).SelectMany(scaler => Room(scaler, nodes, live)));
        }

        return found;
    }

    private static bool Takes(ManifestNode node, LiveRuntimeClass live)
    {
        var labels = node["metadata"]["labels"].Texts();
        return node["spec"]["unschedulable"].Flag != true
            && node["status"]["conditions"].Items.Any(condition => condition["type"].Text == "Ready" && condition["status"].Text == "True")
            && (live.NodeSelector.Count > 0
                ? live.NodeSelector.All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value)
                : TdxLabels.Any(label => labels.GetValueOrDefault(label) == "true"));
    }

    private static string Wanted(LiveRuntimeClass live) => live.NodeSelector.Count > 0
        ? string.Join(", ", live.NodeSelector.Select(pair => $"{pair.Key}={pair.Value}"))
        : $"{TdxLabels[0]}=true or {TdxLabels[1]}=true";

    private static async Task<IEnumerable<Finding>> ConfigurationAsync(ManifestNode node, LiveScope scope, CancellationToken cancellationToken)
    {
        var name = node.Document.Manifest.Name;
        var answer = await scope.Cluster.GetAsync($"api/v1/nodes/{Uri.EscapeDataString(name)}/proxy/configz", cancellationToken);
        if (answer.Reason is { } reason)
        {
            return [LiveScope.NotSeen($"Node/{name}: the kubelet's configuration", reason)];
        }

        var kubelet = answer.Seen["kubeletconfig"] as JsonObject;
        return new (CheckCode Code, string Setting, string Wanted)[] { (CheckCodes.CpuManagerNotStatic, "cpuManagerPolicy", "static"), (CheckCodes.TopologyNotAligned, "topologyManagerPolicy", "single-numa-node") }
            .Select(rule => (rule.Code, rule.Setting, rule.Wanted, Seen: kubelet?[rule.Setting]?.ToString() ?? "none"))
            .Where(rule => rule.Seen != rule.Wanted)
            .Select(rule => new Finding(rule.Code, ShownText.Of($"Node/{name}"), rule.Setting, null, ShownText.Of($"{rule.Setting} {rule.Seen}")));
    }

    /// <summary>How many instances fit when nothing else runs: more never do.</summary>
    private static IEnumerable<Finding> Room(Scaler scaler, List<ManifestNode> nodes, LiveRuntimeClass live)
    {
        var (cpus, memory) = (GuestSize.Limits(scaler.Target!, "cpu") + (live.Cpus ?? 0), GuestSize.Limits(scaler.Target!, "memory") + (live.Memory ?? 0));
        if (cpus <= 0 || memory <= 0)
        {
            yield break;
        }

        var room = nodes.Sum(node => Math.Min(
            Math.Floor((Quantity.Of(node["status"]["allocatable"]["cpu"]) ?? 0) / cpus),
            Math.Floor((Quantity.Of(node["status"]["allocatable"]["memory"]) ?? 0) / memory)));
        var most = scaler.Spec["maxReplicaCount"];
        if ((most.Number ?? 100) > (double)room)
        {
            yield return most.Found(CheckCodes.MoreReplicasThanRoom, FormattableString.Invariant($"maxReplicaCount {most.Text ?? "100"}; {nodes.Count} nodes hold {room} instances of {Quantity.Cpus(cpus)} CPUs and {Quantity.Mebibytes(memory)}, overhead included"));
        }
    }
}
