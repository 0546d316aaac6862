using System.Buffers.Binary;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Packaging.Graphs;

/// <summary>The elements of tensors as the little-endian bytes of <c>raw_data</c>, whatever field they came in.</summary>
internal static class TensorBytes
{
    // 1 TiB: no tensor comes near it, and products below it cannot overflow.
    private const long MaxBytes = 1L << 40;

    /// <summary>The number of elements that the shape of a tensor makes.</summary>
    public static long ElementCount(TensorProto tensor)
    {
        UInt128 count = 1;
        var empty = false;
        foreach (var dimension in tensor.Dims)
        {
            if (dimension < 0)
            {
                throw TsfErrors.InvalidGraph.With($"The tensor {GraphText.Quote(tensor.Name)} has the negative dimension {dimension}.");
            }

            // A zero does not excuse a product that overflows without it.
            empty |= dimension == 0;
            count *= (ulong)Math.Max(1, dimension);
            if (count > MaxBytes)
            {
                throw TsfErrors.InvalidGraph.With($"The tensor {GraphText.Quote(tensor.Name)} has more than {MaxBytes} elements.");
            }
        }

        return empty ? 0 : (long)count;
    }

    /// <summary>The length of a tensor's elements in bytes, from its shape and datatype; null for strings.</summary>
    public static long? Length(TensorProto tensor)
    {
        var bits = Bits((DataType)tensor.DataType);
        if (bits == 0)
        {
            return tensor.DataType == (int)DataType.String
                ? null
                : throw TsfErrors.InvalidGraph.With($"The tensor {GraphText.Quote(tensor.Name)} has the unknown datatype {tensor.DataType}.");
        }

        var length = (((UInt128)ElementCount(tensor) * (uint)bits) + 7) / 8;
        return length <= MaxBytes ? (long)length : throw TsfErrors.InvalidGraph.With($"The tensor {GraphText.Quote(tensor.Name)} has more than {MaxBytes} bytes.");
    }

    /// <summary>The elements of a tensor that holds them itself.</summary>
    public static ReadOnlyMemory<byte> Of(TensorProto tensor)
    {
        var bytes = tensor.HasRawData && !tensor.RawData.IsEmpty ? tensor.RawData.Memory : Typed(tensor);
        return bytes.Length == Length(tensor)
            ? bytes
            : throw TsfErrors.InvalidGraph.With($"The tensor {GraphText.Quote(tensor.Name)} holds {bytes.Length} bytes; its shape and datatype make {Length(tensor)}.");
    }

    /// <summary>Checks that a tensor that holds its elements itself holds just those of its shape, without copying them.</summary>
    /// <exception cref="TsfException">TSF1030.</exception>
    public static void RequireWhole(TensorProto tensor)
    {
        var count = ElementCount(tensor);
        if (tensor.DataType == (int)DataType.String)
        {
            Require(tensor.StringData.Count, count, "strings");
        }
        else if (tensor.HasRawData && !tensor.RawData.IsEmpty)
        {
            Require(tensor.RawData.Length, Length(tensor)!.Value, "bytes");
        }
        else
        {
            // Complex numbers are two entries, two numbers of 4 bits are one.
            var bits = Bits((DataType)tensor.DataType);
            var entries = (DataType)tensor.DataType is DataType.Complex64 or DataType.Complex128 ? count * 2 : bits == 4 ? (count + 1) / 2 : count;
            Require(tensor.FloatData.Count + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.DoubleData.Count + tensor.Uint64Data.Count, entries, "elements");
        }

        void Require(long held, long made, string what)
        {
            if (held != made)
            {
                throw TsfErrors.InvalidGraph.With($"The tensor {GraphText.Quote(tensor.Name)} holds {held} {what}; its shape and datatype make {made}.");
            }
        }
    }

    /// <summary>Takes the elements out of a tensor, wherever they were.</summary>
    public static void Clear(TensorProto tensor)
    {
        tensor.ClearRawData();
        tensor.FloatData.Clear();
        tensor.Int32Data.Clear();
        tensor.Int64Data.Clear();
        tensor.DoubleData.Clear();
        tensor.Uint64Data.Clear();
        tensor.ExternalData.Clear();
        tensor.ClearDataLocation();
    }

    private static int Bits(DataType type) => type switch
    {
        DataType.Uint4 or DataType.Int4 or DataType.Float4E2M1 => 4,
        DataType.Uint8 or DataType.Int8 or DataType.Bool => 8,
        DataType.Float8E4M3Fn or DataType.Float8E4M3Fnuz or DataType.Float8E5M2 or DataType.Float8E5M2Fnuz or DataType.Float8E8M0 => 8,
        DataType.Uint16 or DataType.Int16 or DataType.Float16 or DataType.Bfloat16 => 16,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 32,
        DataType.Double or DataType.Int64 or DataType.Uint64 or DataType.Complex64 => 64,
        DataType.Complex128 => 128,
        _ => 0,
    };

    /// <summary>The elements from the typed field that the format gives to the datatype.</summary>
    private static byte[] Typed(TensorProto tensor)
    {
        switch ((DataType)tensor.DataType)
        {
            case DataType.Float or DataType.Complex64:
                return Write(tensor.FloatData, sizeof(float), BinaryPrimitives.WriteSingleLittleEndian);
            case DataType.Double or DataType.Complex128:
                return Write(tensor.DoubleData, sizeof(double), BinaryPrimitives.WriteDoubleLittleEndian);
            case DataType.Int64:
                return Write(tensor.Int64Data, sizeof(long), BinaryPrimitives.WriteInt64LittleEndian);
            case DataType.Uint64:
                return Write(tensor.Uint64Data, sizeof(ulong), BinaryPrimitives.WriteUInt64LittleEndian);
            case DataType.Uint32:
                return Write(tensor.Uint64Data, sizeof(uint), (place, value) => BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)value));
            case DataType.Int32:
                return Write(tensor.Int32Data, sizeof(int), BinaryPrimitives.WriteInt32LittleEndian);
            case var type when Bits(type) == 16:
                return Write(tensor.Int32Data, sizeof(short), (place, value) => BinaryPrimitives.WriteInt16LittleEndian(place, (short)value));
            default:
                // Of 8 bits, or two of 4 bits in each entry.
                return Write(tensor.Int32Data, 1, (place, value) => place[0] = (byte)value);
        }
    }

    private delegate void ElementWriter<T>(Span<byte> place, T value);

    private static byte[] Write<T>(IReadOnlyList<T> elements, int size, ElementWriter<T> write)
    {
        var bytes = new byte[(long)elements.Count * size];
        for (var i = 0; i < elements.Count; i++)
        {
            write(bytes.AsSpan(i * size), elements[i]);
        }

        return bytes;
    }
}
