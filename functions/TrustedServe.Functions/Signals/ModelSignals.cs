namespace TrustedServe.Functions.Signals;

/// <summary>The signals of one model version.</summary>
/// <param name="Key">Which.</param>
/// <param name="Queue">What the whole queue holds for it; null when that is not known.</param>
/// <param name="Instance">What this instance has in hand.</param>
/// <param name="Costs">What the estimates are made with.</param>
/// <param name="Requests">Its requests.</param>
/// <param name="Workers">What its workers say; null when none answers.</param>
internal sealed record ModelSignals(ModelKey Key, QueueFigures? Queue, InstanceFigures Instance, Costs Costs, RequestCounter Requests, WorkerFigures? Workers);
