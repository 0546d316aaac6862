using Google.Protobuf.Collections;

namespace TrustedServe.Functions.Inference;

/// <summary>Shapes of messages as spans, without an array for each.</summary>
internal static class Shapes
{
    /// <summary>Copies a shape into a buffer on the caller's stack.</summary>
    /// <exception cref="ArgumentException">The shape has more dimensions than the buffer.</exception>
    public static ReadOnlySpan<long> CopyTo(this RepeatedField<long> shape, Span<long> buffer)
    {
        if (shape.Count > buffer.Length)
        {
            throw new ArgumentException("More dimensions than a tensor may have.", nameof(shape));
        }

        for (var i = 0; i < shape.Count; i++)
        {
            buffer[i] = shape[i];
        }

        return buffer[..shape.Count];
    }
}
