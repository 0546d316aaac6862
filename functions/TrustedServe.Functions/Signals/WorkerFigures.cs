using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Signals;

/// <summary>What the workers of a model version say of themselves.</summary>
/// <param name="Lanes">How many requests they compute at once.</param>
/// <param name="Waiting">Requests that wait for a lane.</param>
/// <param name="SecondsPerRow">What a row takes one lane; 0 before anything was computed.</param>
/// <param name="QueueSeconds">How long requests waited for a lane, since the workers' start; null when they do not say.</param>
/// <param name="RecentQueueSeconds">How long they did on average of late.</param>
internal sealed record WorkerFigures(int Lanes, long Waiting, double SecondsPerRow, HistogramSnapshot? QueueSeconds, double RecentQueueSeconds);
