using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Optimizer.Optimizing;

/// <summary>The optimised model beside the one that it was made from.</summary>
public sealed record OptimizeReport
{
    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>Version of the model.</summary>
    public required string Version { get; init; }

    /// <summary>Precision of the optimised model.</summary>
    public required string Precision { get; init; }

    /// <summary>The engine that fused the graph.</summary>
    public required EngineSpec Engine { get; init; }

    /// <summary>Nodes that compute in 8 bits.</summary>
    public required IReadOnlyList<string> Quantized { get; init; }

    /// <summary>Rows that were compared.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows whose best class stayed the same.</summary>
    public required int AgreeingRows { get; init; }

    /// <summary>Their share.</summary>
    public double Agreement => (double)AgreeingRows / Rows;

    /// <summary>Largest difference of an output.</summary>
    public required double LargestDifference { get; init; }

    /// <summary>Mean difference of the outputs.</summary>
    public required double MeanDifference { get; init; }

    /// <summary>Bytes of graph and weights before.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>Bytes of graph and weights now.</summary>
    public required long BytesAfter { get; init; }

    /// <summary>Milliseconds of processor time for a row before, on one thread.</summary>
    public required double MillisecondsBefore { get; init; }

    /// <summary>Milliseconds of processor time for a row now.</summary>
    public required double MillisecondsAfter { get; init; }

    /// <summary>Throughput now by throughput before: the median over interleaved rounds.</summary>
    public required double Speedup { get; init; }
}
