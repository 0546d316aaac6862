using System.Globalization;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Plans an instance's cores ahead, with the planner that front end and workers ask again inside the guest.</summary>
internal static class InstancePlan
{
    /// <summary>What every processor has that can run trust domains.</summary>
    private static readonly InstructionSets TrustDomainProcessor = new(Avx2: true, Avx512: true, Avx512Vnni: true, AvxVnni: true, AmxInt8: true, AmxBf16: true);

    /// <summary>Plans; null when there is not a core for each NUMA node.</summary>
    public static PlacementPlan? Of(DeploymentDescription description, int cores)
    {
        var instance = description.Instance;
        var wishes = new PlacementWishes
        {
            Mode = instance.Placement,
            FrontEndCores = instance.FrontEndCores,
            Lanes = instance.Lanes,
            LaneWidth = instance.LaneWidth,
        };
        if (cores < instance.NumaNodes || cores <= instance.FrontEndCores)
        {
            return null;
        }

        // The worker cores are spread over the nodes; those of the front end come on top of the first one's.
        var workers = cores - instance.FrontEndCores;
        int[] nodes = [.. Enumerable.Range(0, instance.NumaNodes)
            .Select(node => (workers / instance.NumaNodes) + (node < workers % instance.NumaNodes ? 1 : 0) + (node == 0 ? instance.FrontEndCores : 0))];
        return nodes.Contains(0) ? null : PlacementPlanner.Plan(
            new MachineDescription { NodeCores = nodes, InstructionSets = TrustDomainProcessor }.ToTopology(), Facts(description), wishes);
    }

    /// <summary>Lanes of one version of a model, over all nodes.</summary>
    public static int Lanes(PlacementPlan plan, ModelDescription model) =>
        plan.Workers.Where(worker => worker.Model == model.Name && worker.Version == model.Versions[0]).Sum(worker => worker.Lanes.Count);

    /// <summary>The plan, for people.</summary>
    public static string Text(PlacementPlan plan)
    {
        var frontEnd = plan.FrontEnd is { } front ? $"front end on {CpuList.Format(front.Cores)}{(front.IsShared ? ", shared with the workers" : "")}\n" : "";
        return frontEnd + string.Concat(plan.Workers.Select(worker => string.Create(CultureInfo.InvariantCulture, $"{worker.Model} {worker.Version}: {worker.Summary()}\n")));
    }

    private static List<ModelFacts> Facts(DeploymentDescription description) =>
    [
        .. description.Models.SelectMany(model => model.Versions.Select(version => new ModelFacts(
            model.Name, version, model.Weights.Bytes, model.Precision.ToString().ToLowerInvariant(), model.MaxSequence == 0 ? null : model.MaxSequence))),
    ];
}
