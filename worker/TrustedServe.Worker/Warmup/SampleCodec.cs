using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Warmup;

/// <summary>Tensors written out in a manifest, to and from what travels.</summary>
internal static class SampleCodec
{
    /// <summary>The request that a sample stands for: its inputs, and its outputs as the ones asked for.</summary>
    /// <exception cref="TsfException">TSF1001 when a sample's data do not fit its datatype or shape.</exception>
    public static ModelInferRequest ToRequest(WarmupSample sample)
    {
        var request = new ModelInferRequest();
        foreach (var tensor in sample.Inputs)
        {
            var input = new ModelInferRequest.Types.InferInputTensor { Name = tensor.Name, Datatype = tensor.Datatype.Name() };
            input.Shape.AddRange(tensor.Shape);
            request.Inputs.Add(input);
            request.RawInputContents.Add(UnsafeByteOperations.UnsafeWrap(ToRaw(tensor)));
        }

        request.Outputs.AddRange(sample.Outputs.Select(output => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = output.Name }));
        return request;
    }

    /// <summary>The elements as raw bytes.</summary>
    /// <exception cref="TsfException">TSF1001.</exception>
    public static byte[] ToRaw(SampleTensor tensor)
    {
        try
        {
            return [.. tensor.Data.SelectMany(element => Element(element, tensor.Datatype))];
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or OverflowException)
        {
            throw TsfErrors.InvalidManifest.With($"The warm-up tensor '{tensor.Name}' has an element that is no {tensor.Datatype.Name()}.");
        }
    }

    /// <summary>Element <paramref name="index"/> of raw numbers, as a double.</summary>
    public static double NumberAt(ReadOnlySpan<byte> raw, Datatype datatype, int index)
    {
        var size = datatype.ElementSize();
        var element = raw.Slice(index * size, size);
        return datatype switch
        {
            Datatype.Bool or Datatype.Uint8 => element[0],
            Datatype.Int8 => (sbyte)element[0],
            Datatype.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
            Datatype.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
            Datatype.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
            Datatype.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
            Datatype.Uint64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
            Datatype.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
            Datatype.Fp16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
            Datatype.Bf16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
            Datatype.Fp32 => BinaryPrimitives.ReadSingleLittleEndian(element),
            Datatype.Fp64 => BinaryPrimitives.ReadDoubleLittleEndian(element),
            _ => throw new ArgumentOutOfRangeException(nameof(datatype)),
        };
    }

    private static byte[] Element(JsonElement element, Datatype datatype) => datatype switch
    {
        Datatype.Bool => [element.GetBoolean() ? (byte)1 : (byte)0],
        Datatype.Uint8 => Integer(element.GetByte()),
        Datatype.Int8 => Integer(element.GetSByte()),
        Datatype.Uint16 => Integer(element.GetUInt16()),
        Datatype.Int16 => Integer(element.GetInt16()),
        Datatype.Uint32 => Integer(element.GetUInt32()),
        Datatype.Int32 => Integer(element.GetInt32()),
        Datatype.Uint64 => Integer(element.GetUInt64()),
        Datatype.Int64 => Integer(element.GetInt64()),
        Datatype.Fp16 => Integer(BitConverter.HalfToUInt16Bits((Half)element.GetDouble())),
        Datatype.Bf16 => Integer((ushort)(BitConverter.SingleToUInt32Bits(element.GetSingle()) >> 16)),
        Datatype.Fp32 => Integer(BitConverter.SingleToUInt32Bits(element.GetSingle())),
        Datatype.Fp64 => Integer(BitConverter.DoubleToUInt64Bits(element.GetDouble())),
        Datatype.Bytes => Text(element.GetString() ?? throw new FormatException()),
        _ => throw new ArgumentOutOfRangeException(nameof(datatype)),
    };

    private static byte[] Integer<T>(T value)
        where T : unmanaged, IBinaryInteger<T>
    {
        var bytes = new byte[value.GetByteCount()];
        value.WriteLittleEndian(bytes);
        return bytes;
    }

    private static byte[] Text(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        var bytes = new byte[BytesElements.SizeOf(utf8.Length)];
        BytesElements.Write(bytes, utf8);
        return bytes;
    }
}
