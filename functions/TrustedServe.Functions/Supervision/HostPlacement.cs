using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Functions.Supervision;

/// <summary>Divides the machine between the front end and its workers.</summary>
/// <param name="machine">Reads the machine.</param>
/// <param name="calls">The kernel.</param>
internal sealed class HostPlacement(Func<MachineTopology> machine, ISystemCalls calls)
{
    /// <summary>Where the front end is, planned against actual; null before <see cref="Apply"/>.</summary>
    public FrontEndReport? FrontEnd { get; private set; }

    /// <summary>Plans, keeps this process to its cores when it has some of its own, and logs both.</summary>
    /// <param name="models">The models that are served.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="logger">Gets the plan and what became of it.</param>
    /// <returns>What the workers of each model may use, node by node.</returns>
    public IReadOnlyList<IReadOnlyList<NodeShare>> Apply(IReadOnlyList<ModelFacts> models, WorkerOptions options, ILogger logger)
    {
        // How wide lanes are is each worker's decision: it knows its model. The division of cores needs their number alone.
        var plan = PlacementPlanner.Plan(machine(), models, new PlacementWishes
        {
            FrontEndCores = options.FrontEndCores,
            LanesOnSiblings = options.LanesOnSiblings,
            DivideCores = options.DivideCores,
        });
        var frontEnd = plan.FrontEnd!;
        SupervisionLog.Planned(
            logger,
            CpuList.Format(frontEnd.Cores),
            frontEnd.IsShared ? "shared with workers" : "its own",
            frontEnd.Reason,
            string.Join(" and ", plan.Nodes.Select(share => $"cores {CpuList.Format(share.Cores)} of node {share.Node}")),
            plan.Notes.Count == 0 ? "nothing to remark" : string.Join("; ", plan.Notes));
        var applied = ProcessPlacement.Apply(frontEnd.IsShared ? [] : frontEnd.Cores, calls);
        if (!applied.IsAsPlanned)
        {
            SupervisionLog.NotPinned(logger, applied.Affinity);
        }

        FrontEnd = FrontEndReport.Of(frontEnd, applied);
        return plan.ModelShares;
    }
}
