namespace TrustedServe.Packaging.Manifests;

/// <summary>Inputs with the outputs that a healthy instance gives for them.</summary>
public sealed record WarmupSample
{
    /// <summary>What is sent: <c>text</c> (BYTES [n]) or <c>image</c> (the graph's input), or the graph's tensors.</summary>
    public required IReadOnlyList<SampleTensor> Inputs { get; init; }

    /// <summary>What must come back; outputs that are not listed are not compared.</summary>
    public required IReadOnlyList<SampleTensor> Outputs { get; init; }

    /// <summary>Largest absolute difference allowed for an element; default 0.001.</summary>
    public double Tolerance { get; init; } = 1e-3;
}
