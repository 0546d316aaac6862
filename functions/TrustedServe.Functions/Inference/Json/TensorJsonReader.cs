using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>
/// Reads the <c>data</c> of a tensor, flat or nested as its shape, from JSON text into raw contents without anything in
/// between.
/// </summary>
internal static class TensorJsonReader
{
    private const int FirstBytesPerText = 16;
    private const int MostTextsForeseen = 256;

    /// <summary>Reads the value whose first token the reader stands at.</summary>
    /// <param name="reader">Stands at the first token of the value, and at its last one afterwards.</param>
    /// <param name="textLength">Length of the JSON text that holds the value: it bounds how many elements there can be.</param>
    /// <param name="name">Name of the tensor, for messages.</param>
    /// <param name="datatype">Its element type.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="memory">What is left to the request.</param>
    /// <exception cref="TsfException">TSF4002 when data, datatype and shape do not fit; TSF4007 over the limit; TSF4012 when memory is short.</exception>
    public static ByteString Read(ref Utf8JsonReader reader, int textLength, string name, Datatype datatype, scoped ReadOnlySpan<long> shape, TensorMemory memory)
    {
        var count = TensorShape.ElementCount(shape, name);

        // An element takes a character and a separator: a shape that promises more costs its sender an answer, not us memory.
        if (count > (textLength / 2) + 1)
        {
            throw Mismatch(name, shape, "fewer");
        }

        // Of texts these are the lengths before them; what the texts themselves take is counted as they are read.
        memory.Count(name, (datatype == Datatype.Bytes ? RawTensor.LengthPrefix : datatype.ElementSize()) * count);
        var target = new Target(name, datatype, shape.ToArray(), (int)count, memory);
        return datatype switch
        {
            Datatype.Bool => Numbers<byte, ElementParsers.Bool>(ref reader, target),
            Datatype.Uint8 => Numbers<byte, ElementParsers.UInt8>(ref reader, target),
            Datatype.Uint16 => Numbers<ushort, ElementParsers.UInt16>(ref reader, target),
            Datatype.Uint32 => Numbers<uint, ElementParsers.UInt32>(ref reader, target),
            Datatype.Uint64 => Numbers<ulong, ElementParsers.UInt64>(ref reader, target),
            Datatype.Int8 => Numbers<sbyte, ElementParsers.Int8>(ref reader, target),
            Datatype.Int16 => Numbers<short, ElementParsers.Int16>(ref reader, target),
            Datatype.Int32 => Numbers<int, ElementParsers.Int32>(ref reader, target),
            Datatype.Int64 => Numbers<long, ElementParsers.Int64>(ref reader, target),
            Datatype.Fp32 => Numbers<float, ElementParsers.Fp32>(ref reader, target),
            Datatype.Fp64 => Numbers<double, ElementParsers.Fp64>(ref reader, target),
            Datatype.Bytes => Strings(ref reader, target),
            _ => throw TsfErrors.InvalidTensor.With($"Input '{name}': {datatype.Name()} has no JSON form in the protocol; send FP32, or raw contents over gRPC."),
        };
    }

    private static ByteString Numbers<T, TParser>(ref Utf8JsonReader reader, Target target)
        where T : unmanaged
        where TParser : IElementParser<T>
    {
        // Every byte is written before the walk succeeds, so clearing first would be wasted work.
        var size = target.Count * target.Datatype.ElementSize();
        target.Memory.Reserve(size);
        var raw = GC.AllocateUninitializedArray<byte>(size);
        var sink = new NumberSink<T, TParser>(MemoryMarshal.Cast<byte, T>(raw.AsSpan()));
        Walk(ref reader, ref sink, target);
        return UnsafeByteOperations.UnsafeWrap(raw);
    }

    private static ByteString Strings(ref Utf8JsonReader reader, Target target)
    {
        // Small at first, whatever the shape promises: it grows with the texts that are there.
        var size = Math.Clamp(target.Count, 1, MostTextsForeseen) * FirstBytesPerText;
        target.Memory.Reserve(size);
        var raw = new ArrayBufferWriter<byte>(size);
        var sink = new BytesSink(raw, target.Name, target.Memory);
        Walk(ref reader, ref sink, target);
        return UnsafeByteOperations.UnsafeWrap(raw.WrittenMemory);
    }

    private static void Walk<TSink>(ref Utf8JsonReader reader, ref TSink sink, Target target)
        where TSink : IElementSink, allows ref struct
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw TsfErrors.InvalidTensor.With($"Input '{target.Name}': data must be an array.");
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray && target.Shape.Length > 1)
        {
            Nested(ref reader, ref sink, target, dimension: 0);
        }
        else
        {
            Elements(ref reader, ref sink, target, target.Count);
        }
    }

    // Both take over behind the opening bracket, at the first token inside, and end at the closing one.
    private static void Nested<TSink>(ref Utf8JsonReader reader, ref TSink sink, Target target, int dimension)
        where TSink : IElementSink, allows ref struct
    {
        if (dimension == target.Shape.Length - 1)
        {
            Elements(ref reader, ref sink, target, target.Shape[dimension]);
            return;
        }

        for (long i = 0; i < target.Shape[dimension]; i++)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw Mismatch(target.Name, target.Shape, reader.TokenType == JsonTokenType.EndArray ? "fewer" : "differently nested");
            }

            reader.Read();
            Nested(ref reader, ref sink, target, dimension + 1);
            reader.Read();
        }

        ExpectEnd(ref reader, target);
    }

    private static void Elements<TSink>(ref Utf8JsonReader reader, ref TSink sink, Target target, long count)
        where TSink : IElementSink, allows ref struct
    {
        for (long i = 0; i < count; i++)
        {
            if (!sink.TryAdd(ref reader))
            {
                throw reader.TokenType == JsonTokenType.EndArray
                    ? Mismatch(target.Name, target.Shape, "fewer")
                    : TsfErrors.InvalidTensor.With($"Input '{target.Name}': element {i} of an array of data is not of datatype {target.Datatype.Name()}, or out of its range.");
            }

            reader.Read();
        }

        ExpectEnd(ref reader, target);
    }

    private static void ExpectEnd(ref Utf8JsonReader reader, Target target)
    {
        if (reader.TokenType != JsonTokenType.EndArray)
        {
            throw Mismatch(target.Name, target.Shape, "more");
        }
    }

    private static TsfException Mismatch(string name, ReadOnlySpan<long> shape, string what) =>
        TsfErrors.InvalidTensor.With($"Input '{name}': its data has {what} elements than its shape {TensorShape.Format(shape)} says.");

    private sealed record Target(string Name, Datatype Datatype, long[] Shape, int Count, TensorMemory Memory);
}
