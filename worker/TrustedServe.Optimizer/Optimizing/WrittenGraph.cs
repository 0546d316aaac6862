namespace TrustedServe.Optimizer.Optimizing;

/// <summary>A graph that was optimised.</summary>
/// <param name="Quantized">The nodes that compute in 8 bits.</param>
/// <param name="HasLayouts">Whether the engine arranges data in it for the processor that it runs on.</param>
internal sealed record WrittenGraph(IReadOnlyList<string> Quantized, bool HasLayouts);
