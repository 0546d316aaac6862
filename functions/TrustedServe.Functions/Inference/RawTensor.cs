using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Inference;

/// <summary>Raw tensor contents as they travel: little-endian and row-major, which is also how this machine lays them out.</summary>
internal static class RawTensor
{
    /// <summary>Bytes before each element of a BYTES tensor.</summary>
    public const int LengthPrefix = sizeof(uint);

    /// <summary>The elements of a tensor of fixed-size elements.</summary>
    public static ReadOnlySpan<T> Elements<T>(ReadOnlySpan<byte> raw)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(raw);

    /// <summary>Whether the contents hold exactly <paramref name="count"/> elements.</summary>
    public static bool Fits(Datatype datatype, ReadOnlySpan<byte> raw, long count)
    {
        if (datatype != Datatype.Bytes)
        {
            return raw.Length == count * datatype.ElementSize();
        }

        for (; count > 0; count--)
        {
            if (!TryNext(ref raw, out _))
            {
                return false;
            }
        }

        return raw.IsEmpty;
    }

    /// <summary>Takes the next element off the contents of a BYTES tensor.</summary>
    /// <exception cref="TsfException">TSF0001 when the contents end too early; <see cref="Fits"/> rules that out beforehand.</exception>
    public static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> raw) =>
        TryNext(ref raw, out var element) ? element : throw TsfErrors.Internal.With("A BYTES tensor ended within an element.");

    private static bool TryNext(ref ReadOnlySpan<byte> raw, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (raw.Length < LengthPrefix)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(raw);
        if (length > (uint)(raw.Length - LengthPrefix))
        {
            return false;
        }

        element = raw.Slice(LengthPrefix, (int)length);
        raw = raw[(LengthPrefix + (int)length)..];
        return true;
    }
}
