namespace TrustedServe.Functions.Signals;

/// <summary>A model version that is served here. Only such have figures of their own, so there are never more of those than models.</summary>
internal readonly record struct ModelKey(string Model, string Version);
