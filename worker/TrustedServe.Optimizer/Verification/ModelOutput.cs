namespace TrustedServe.Optimizer.Verification;

/// <summary>An output of a graph.</summary>
/// <param name="Shape">Its shape.</param>
/// <param name="Elements">Its elements.</param>
internal sealed record ModelOutput(long[] Shape, float[] Elements)
{
    /// <summary>How many elements a row has: those of the last dimension.</summary>
    public int Width => Shape.Length == 0 || Elements.Length == 0 ? Elements.Length : (int)Shape[^1];

    /// <summary>The best class of each row.</summary>
    public int[] Best()
    {
        var best = new int[Width == 0 ? 0 : Elements.Length / Width];
        for (var row = 0; row < best.Length; row++)
        {
            best[row] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(Elements.AsSpan(row * Width, Width));
        }

        return best;
    }
}
