namespace TrustedServe.Protocol.Placement;

/// <summary>Who runs where on a machine.</summary>
/// <param name="FrontEnd">The front end; null when it runs elsewhere.</param>
/// <param name="Nodes">What workers may use of each node that has cores for them; at least one.</param>
/// <param name="ModelShares">What the workers of each model may use, in the order of the models: the nodes, or the model's part of them.</param>
/// <param name="Workers">One worker for each model and node that it has a share of.</param>
/// <param name="Notes">What the plan had to give up or assume.</param>
public sealed record PlacementPlan(
    FrontEndPlan? FrontEnd,
    IReadOnlyList<NodeShare> Nodes,
    IReadOnlyList<IReadOnlyList<NodeShare>> ModelShares,
    IReadOnlyList<WorkerPlan> Workers,
    IReadOnlyList<string> Notes);
