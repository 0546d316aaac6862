namespace TrustedServe.Benchmarks.Engine;

/// <summary>What the engine did in a second.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Tokens">Tokens, padding not counted.</param>
internal sealed record EngineRate(double Rows, double Tokens);
