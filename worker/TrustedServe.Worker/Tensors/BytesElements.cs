using System.Buffers.Binary;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Worker.Tensors;

/// <summary>BYTES tensors as they travel: for every element a little-endian uint32 length and that many bytes, nothing else.</summary>
internal static class BytesElements
{
    private const int LengthBytes = sizeof(uint);

    /// <summary>Checks that the data are exactly <paramref name="count"/> elements.</summary>
    /// <exception cref="TsfException">TSF4002 naming the element.</exception>
    public static void Check(ReadOnlySpan<byte> data, long count, string tensorName)
    {
        // An element takes at least its length, so a count from a huge shape ends here and not in a loop.
        if (count > data.Length / LengthBytes)
        {
            throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}': {data.Length} bytes cannot hold {count} BYTES elements.");
        }

        for (long i = 0; i < count; i++)
        {
            if (!TryTake(ref data, out _))
            {
                throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}': BYTES element {i} is longer than the data that are left.");
            }
        }

        if (!data.IsEmpty)
        {
            throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}': {data.Length} bytes are left after its {count} BYTES elements.");
        }
    }

    /// <summary>Takes the first element off.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (data.Length < LengthBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (length > data.Length - LengthBytes)
        {
            return false;
        }

        element = data.Slice(LengthBytes, (int)length);
        data = data[(LengthBytes + (int)length)..];
        return true;
    }

    /// <summary>Writes one element.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> element)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)element.Length);
        element.CopyTo(destination[LengthBytes..]);
        return SizeOf(element.Length);
    }

    /// <summary>How many bytes an element of this length takes.</summary>
    public static int SizeOf(int elementLength) => LengthBytes + elementLength;
}
