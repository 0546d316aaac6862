using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the kubelet's part for machines that instances run on. It is a file of the machine, no object of the cluster.</summary>
internal static class KubeletFragmentBuilder
{
    /// <summary>Memory that is kept for system and kubelet, and below which pods are evicted, in MiB.</summary>
    public const int ReservedMiB = 1024 + 1024 + EvictionMiB;

    /// <summary>Cores that are kept for system and kubelet: 200m each; exclusive cores are whole, so one is kept.</summary>
    public const int ReservedCores = 1;

    private const int EvictionMiB = 100;

    /// <summary>The fragment.</summary>
    public static (JsonObject Content, IReadOnlyList<ManifestComment> Comments) Build(RenderContext context)
    {
        var spans = Spans(context);
        var content = new JsonObject
        {
            ["apiVersion"] = "kubelet.config.k8s.io/v1beta1",
            ["kind"] = "KubeletConfiguration",
            ["cpuManagerPolicy"] = "static",
            ["topologyManagerPolicy"] = spans ? "best-effort" : "single-numa-node",
            ["topologyManagerScope"] = "pod",
            ["memoryManagerPolicy"] = "Static",
            ["kubeReserved"] = new JsonObject { ["cpu"] = "200m", ["memory"] = "1Gi" },
            ["systemReserved"] = new JsonObject { ["cpu"] = "200m", ["memory"] = "1Gi" },
            ["evictionHard"] = new JsonObject
            {
                ["memory.available"] = $"{EvictionMiB}Mi",
                ["nodefs.available"] = "10%",
                ["nodefs.inodesFree"] = "5%",
                ["imagefs.available"] = "15%",
            },
            ["reservedMemory"] = new JsonArray(new JsonObject
            {
                ["numaNode"] = 0,
                ["limits"] = new JsonObject { ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{ReservedMiB}Mi") },
            }),
            ["runtimeRequestTimeout"] = string.Create(CultureInfo.InvariantCulture, $"{PodTemplateBuilder.CreateSeconds(context) + 60}s"),
        };
        return (content,
        [
            new("", "For /etc/kubernetes/kubelet-config.yaml of the machines, by their administrator. Changing a manager's policy needs an empty machine and the removal of the manager's state file."),
            new("/cpuManagerPolicy", "Whole cores of Guaranteed pods are theirs alone. enable_vcpus_pinning in Kata's configuration then pins each of the guest's processors to one, when there are as many as exclusive cores."),
            new("/topologyManagerPolicy", spans
                ? "An instance is larger than a NUMA node, so it cannot be kept in one: as few as possible."
                : "An instance fits in one NUMA node and must lie in one: a guest mostly shows one node and could not tell near memory from far."),
            new("/evictionHard", "All four, since the kubelet forgets its own values for those that are not named."),
            new("/reservedMemory", "Must be the sum of kubeReserved, systemReserved and evictionHard, else the kubelet does not start."),
            new("/runtimeRequestTimeout", "Longer than creating a container may take: the image is pulled inside the guest. The kubelet's own is 2m."),
        ]);
    }

    /// <summary>Whether an instance is larger than a NUMA node of the machine; no when the machine is not described.</summary>
    public static bool Spans(RenderContext context) => context.Description.Node is NodeDescription node
        && (context.Guest.Cores > node.CoresPerNumaNode || context.Guest.Memory.MiB > node.MemoryPerNumaNode.MiB);
}
