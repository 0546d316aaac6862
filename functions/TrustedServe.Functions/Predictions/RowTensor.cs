using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Predictions;

/// <summary>
/// Gathers rows, given as JSON values without the batch dimension, into one tensor. A dynamic dimension takes its length
/// from the first row; the others must agree with it.
/// </summary>
internal sealed class RowTensor
{
    private readonly ArrayBufferWriter<byte> raw = new();
    private readonly string name;
    private readonly Datatype datatype;
    private readonly long[] rowShape;
    private readonly bool batched;
    private int rows;

    /// <summary>Prepares a tensor of the declared form. A first dimension of -1 or 1 is the batch, and left out of a row.</summary>
    public RowTensor(ModelMetadataResponse.Types.TensorMetadata declared)
    {
        name = declared.Name;
        if (!DatatypeNames.TryParse(declared.Datatype, out datatype) || declared.Shape.Count > TensorShape.MaxRank)
        {
            throw TsfErrors.Internal.With($"The worker declares the input '{name}' in a way that cannot be read.");
        }

        batched = IsBatched(declared);
        rowShape = [.. declared.Shape.Skip(batched ? 1 : 0)];
    }

    /// <summary>Whether the first dimension counts rows.</summary>
    public static bool IsBatched(ModelMetadataResponse.Types.TensorMetadata declared) => declared.Shape.Count > 0 && declared.Shape[0] is -1 or 1;

    /// <summary>Adds the next row.</summary>
    /// <exception cref="TsfException">TSF4002 naming the row and what does not fit.</exception>
    public void Add(JsonElement value)
    {
        if (rows > 0 && !batched)
        {
            throw TsfErrors.InvalidTensor.With($"Input '{name}' has no batch dimension: send one row at a time.");
        }

        var depth = Depth(value);
        var leadingOnes = rowShape.TakeWhile(dimension => dimension == 1).Count();
        if (depth == rowShape.Length || (depth < rowShape.Length && depth > 0 && rowShape.Length - depth <= leadingOnes))
        {
            Nested(value, rowShape.Length - depth);
        }
        else if (depth == 1)
        {
            Flat(value);
        }
        else
        {
            throw Wrong($"is nested {depth} deep; a row has the shape {TensorShape.Format(rowShape)}");
        }

        rows++;
    }

    /// <summary>Adds the gathered tensor to a request.</summary>
    public void AddTo(ModelInferRequest request)
    {
        var input = new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = datatype.Name() };
        if (batched)
        {
            input.Shape.Add(rows);
        }

        input.Shape.Add(rowShape);
        request.Inputs.Add(input);
        request.RawInputContents.Add(Google.Protobuf.UnsafeByteOperations.UnsafeWrap(raw.WrittenMemory));
    }

    private static int Depth(JsonElement value)
    {
        var depth = 0;
        while (value.ValueKind == JsonValueKind.Array)
        {
            depth++;
            if (value.GetArrayLength() == 0)
            {
                break;
            }

            value = value[0];
        }

        return depth;
    }

    private void Nested(JsonElement value, int dimension)
    {
        if (dimension == rowShape.Length)
        {
            Element(value);
            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("is not evenly nested");
        }

        Settle(dimension, value.GetArrayLength());
        foreach (var inner in value.EnumerateArray())
        {
            Nested(inner, dimension + 1);
        }
    }

    private void Flat(JsonElement value)
    {
        var length = value.GetArrayLength();
        if (rowShape.Count(dimension => dimension < 0) == 1)
        {
            long known = 1;
            foreach (var dimension in rowShape)
            {
                known = dimension < 0 ? known : checked(known * dimension);
            }

            if (known > 0 && length % known == 0)
            {
                Settle(Array.FindIndex(rowShape, dimension => dimension < 0), length / known);
            }
        }

        if (Array.Exists(rowShape, dimension => dimension < 0) || TensorShape.ElementCount(rowShape, name) != length)
        {
            throw Wrong($"has {length} elements, which do not fill the shape {TensorShape.Format(rowShape)}");
        }

        foreach (var element in value.EnumerateArray())
        {
            Element(element);
        }
    }

    private void Settle(int dimension, long length)
    {
        if (rowShape[dimension] < 0)
        {
            rowShape[dimension] = length;
        }
        else if (rowShape[dimension] != length)
        {
            throw Wrong($"has {length} elements where the shape {TensorShape.Format(rowShape)} has {rowShape[dimension]}");
        }
    }

    private void Element(JsonElement value)
    {
        if (datatype == Datatype.Bytes)
        {
            Text(value);
            return;
        }

        var size = datatype.ElementSize();
        var target = raw.GetSpan(size);
        var number = value.ValueKind == JsonValueKind.Number;
        var taken = datatype switch
        {
            Datatype.Bool => value.ValueKind is JsonValueKind.True or JsonValueKind.False && Put(target, value.ValueKind == JsonValueKind.True ? (byte)1 : (byte)0),
            Datatype.Uint8 => number && value.TryGetByte(out var v) && Put(target, v),
            Datatype.Uint16 => number && value.TryGetUInt16(out var v) && Put(target, v),
            Datatype.Uint32 => number && value.TryGetUInt32(out var v) && Put(target, v),
            Datatype.Uint64 => number && value.TryGetUInt64(out var v) && Put(target, v),
            Datatype.Int8 => number && value.TryGetSByte(out var v) && Put(target, v),
            Datatype.Int16 => number && value.TryGetInt16(out var v) && Put(target, v),
            Datatype.Int32 => number && value.TryGetInt32(out var v) && Put(target, v),
            Datatype.Int64 => number && value.TryGetInt64(out var v) && Put(target, v),
            Datatype.Fp32 => number && value.TryGetSingle(out var v) && float.IsFinite(v) && Put(target, v),
            Datatype.Fp64 => number && value.TryGetDouble(out var v) && double.IsFinite(v) && Put(target, v),
            _ => throw Wrong($"would have to be of datatype {datatype.Name()}, which has no JSON form"),
        };
        if (!taken)
        {
            throw Wrong($"holds a value that is not of datatype {datatype.Name()}, or out of its range");
        }

        raw.Advance(size);
    }

    private void Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong("holds a value that is not a string");
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("holds half of a surrogate pair");
        }

        var length = Encoding.UTF8.GetByteCount(text);
        var target = raw.GetSpan(RawTensor.LengthPrefix + length);
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)length);
        Encoding.UTF8.GetBytes(text, target[RawTensor.LengthPrefix..]);
        raw.Advance(RawTensor.LengthPrefix + length);
    }

    private static bool Put<T>(Span<byte> target, T value)
        where T : unmanaged
    {
        System.Runtime.InteropServices.MemoryMarshal.Write(target, in value);
        return true;
    }

    private TsfException Wrong(string what) => TsfErrors.InvalidTensor.With($"Row {rows}: '{name}' {what}.");
}
