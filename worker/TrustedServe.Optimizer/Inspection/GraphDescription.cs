using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Optimizer.Inspection;

/// <summary>What can be said of a graph without running it.</summary>
public sealed record GraphDescription
{
    /// <summary>Inputs that a caller gives (initializers excepted).</summary>
    public required IReadOnlyList<TensorSpec> Inputs { get; init; }

    /// <summary>Outputs.</summary>
    public required IReadOnlyList<TensorSpec> Outputs { get; init; }

    /// <summary>Version of the standard operators; 0 when the graph uses none of them.</summary>
    public required long Opset { get; init; }

    /// <summary>Version of the format.</summary>
    public required long IrVersion { get; init; }

    /// <summary>Elements of all initializers.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Nodes of the graph and of the graphs inside it.</summary>
    public required int NodeCount { get; init; }

    /// <summary>Precision of most of the weights' bytes: <c>fp32</c>, <c>fp16</c>, <c>bf16</c>, <c>int8</c>, or <c>other</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>What made the model, as it says itself.</summary>
    public required string Producer { get; init; }
}
