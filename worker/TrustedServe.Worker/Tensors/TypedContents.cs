using System.Buffers.Binary;
using System.Numerics;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Worker.Tensors;

/// <summary>The typed fields of a request's tensor (<c>contents</c>), which other clients of the protocol send instead of raw bytes.</summary>
internal static class TypedContents
{
    /// <summary>The same elements as raw bytes. Values that do not fit the datatype are refused, never cut.</summary>
    /// <exception cref="TsfException">TSF4002.</exception>
    public static byte[] ToRaw(InferTensorContents contents, Datatype datatype, string tensorName)
    {
        RefuseOtherFields(contents, datatype, tensorName);
        return datatype switch
        {
            Datatype.Bool => [.. contents.BoolContents.Select(value => value ? (byte)1 : (byte)0)],
            Datatype.Int8 => Narrow<int, sbyte>(contents.IntContents, tensorName),
            Datatype.Int16 => Narrow<int, short>(contents.IntContents, tensorName),
            Datatype.Int32 => Narrow<int, int>(contents.IntContents, tensorName),
            Datatype.Int64 => Narrow<long, long>(contents.Int64Contents, tensorName),
            Datatype.Uint8 => Narrow<uint, byte>(contents.UintContents, tensorName),
            Datatype.Uint16 => Narrow<uint, ushort>(contents.UintContents, tensorName),
            Datatype.Uint32 => Narrow<uint, uint>(contents.UintContents, tensorName),
            Datatype.Uint64 => Narrow<ulong, ulong>(contents.Uint64Contents, tensorName),
            Datatype.Fp32 => Floats(contents.Fp32Contents, sizeof(float), BinaryPrimitives.WriteSingleLittleEndian),
            Datatype.Fp64 => Floats(contents.Fp64Contents, sizeof(double), BinaryPrimitives.WriteDoubleLittleEndian),
            Datatype.Bytes => Strings(contents),
            _ => throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}': {datatype.Name()} has no typed contents in the protocol; send it raw."),
        };
    }

    private delegate void WriteOne<in T>(Span<byte> destination, T value);

    private static byte[] Narrow<TWide, TNarrow>(IReadOnlyList<TWide> values, string tensorName)
        where TWide : unmanaged, IBinaryInteger<TWide>
        where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
    {
        var size = int.CreateChecked(TNarrow.MaxValue.GetByteCount());
        var raw = new byte[checked(values.Count * size)];
        for (var i = 0; i < values.Count; i++)
        {
            var narrow = TNarrow.CreateTruncating(values[i]);
            if (TWide.CreateTruncating(narrow) != values[i])
            {
                throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}': element {i} is outside the range of its datatype.");
            }

            narrow.WriteLittleEndian(raw, i * size);
        }

        return raw;
    }

    private static byte[] Floats<T>(IReadOnlyList<T> values, int size, WriteOne<T> write)
    {
        var raw = new byte[checked(values.Count * size)];
        for (var i = 0; i < values.Count; i++)
        {
            write(raw.AsSpan(i * size), values[i]);
        }

        return raw;
    }

    private static byte[] Strings(InferTensorContents contents)
    {
        var raw = new byte[contents.BytesContents.Sum(element => BytesElements.SizeOf(element.Length))];
        var written = 0;
        foreach (var element in contents.BytesContents)
        {
            written += BytesElements.Write(raw.AsSpan(written), element.Span);
        }

        return raw;
    }

    private static void RefuseOtherFields(InferTensorContents contents, Datatype datatype, string tensorName)
    {
        var expected = datatype switch
        {
            Datatype.Bool => "bool_contents",
            Datatype.Int8 or Datatype.Int16 or Datatype.Int32 => "int_contents",
            Datatype.Int64 => "int64_contents",
            Datatype.Uint8 or Datatype.Uint16 or Datatype.Uint32 => "uint_contents",
            Datatype.Uint64 => "uint64_contents",
            Datatype.Fp32 => "fp32_contents",
            Datatype.Fp64 => "fp64_contents",
            Datatype.Bytes => "bytes_contents",
            _ => "raw_input_contents",
        };
        ReadOnlySpan<(string Name, int Count)> fields =
        [
            ("bool_contents", contents.BoolContents.Count), ("int_contents", contents.IntContents.Count),
            ("int64_contents", contents.Int64Contents.Count), ("uint_contents", contents.UintContents.Count),
            ("uint64_contents", contents.Uint64Contents.Count), ("fp32_contents", contents.Fp32Contents.Count),
            ("fp64_contents", contents.Fp64Contents.Count), ("bytes_contents", contents.BytesContents.Count),
        ];
        foreach (var (name, count) in fields)
        {
            if (count > 0 && name != expected)
            {
                throw TsfErrors.InvalidTensor.With($"Tensor '{tensorName}': {datatype.Name()} elements belong into {expected}, not into {name}.");
            }
        }
    }
}
