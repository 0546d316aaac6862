namespace TrustedServe.Protocol.Placement;

/// <summary>What a plan wants to know of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="WeightBytes">Bytes of its weights; 0 when not known.</param>
/// <param name="Precision">As in its manifest: <c>fp32</c>, <c>int8</c>, <c>bf16</c>.</param>
/// <param name="MaxSequence">Most tokens of a row; null where the model states none.</param>
public sealed record ModelFacts(string Name, string Version, long WeightBytes = 0, string Precision = "fp32", int? MaxSequence = null);
