using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Tensors;

/// <summary>Arithmetic on shapes that come from outside: no overflow, no negative dimension, bounded rank.</summary>
public static class TensorShape
{
    /// <summary>The most dimensions that a tensor may have.</summary>
    public const int MaxRank = 8;

    /// <summary>The number of elements of a concrete shape; 1 for a scalar (no dimensions).</summary>
    /// <exception cref="TsfException">TSF4002 when a dimension is negative, the rank too high, or the product over 2^40.</exception>
    public static long ElementCount(ReadOnlySpan<long> shape, string tensorName)
    {
        if (shape.Length > MaxRank)
        {
            throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}' has {shape.Length} dimensions; at most {MaxRank} are allowed.");
        }

        // A zero does not excuse a product that overflows without it: [2^62, 2^62, 0] is refused too.
        UInt128 product = 1;
        var empty = false;
        foreach (var dimension in shape)
        {
            if (dimension < 0)
            {
                throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}' has the negative dimension {dimension}.");
            }

            empty |= dimension == 0;
            product *= (ulong)Math.Max(dimension, 1);
            if (product > 1UL << 40)
            {
                throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}': the product of its shape is over 2^40 elements.");
            }
        }

        return empty ? 0 : (long)product;
    }

    /// <summary>Whether a concrete shape fits a declared one, in which -1 stands for any length.</summary>
    public static bool Matches(ReadOnlySpan<long> actual, ReadOnlySpan<long> declared)
    {
        if (actual.Length != declared.Length)
        {
            return false;
        }

        for (var i = 0; i < actual.Length; i++)
        {
            if (declared[i] >= 0 && declared[i] != actual[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A shape for people, for example <c>[-1,128]</c>.</summary>
    public static string Format(ReadOnlySpan<long> shape) => $"[{string.Join(',', shape.ToArray())}]";
}
