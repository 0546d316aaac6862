namespace TrustedServe.Cli.Bench.ColdStart;

/// <summary>One step of a start, in seconds since the front end's process was started.</summary>
/// <param name="Actor">Who did it: the front end, a model with its version, or the client.</param>
/// <param name="Name">What was done.</param>
/// <param name="Begin">When it began.</param>
/// <param name="End">When it was done.</param>
internal sealed record TimelineStep(string Actor, string Name, double Begin, double End);
