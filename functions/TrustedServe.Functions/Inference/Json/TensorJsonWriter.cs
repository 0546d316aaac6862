using System.Text.Json;
using System.Text.Unicode;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>Writes elements of raw tensor contents as JSON; numbers in the shortest form that reads back to the same value.</summary>
internal static class TensorJsonWriter
{
    /// <summary>Writes the elements as one flat array.</summary>
    /// <param name="writer">Stands where a value may stand.</param>
    /// <param name="name">Name of the tensor, for messages.</param>
    /// <param name="datatype">Its element type.</param>
    /// <param name="raw">Its contents, exactly as many as its shape says.</param>
    /// <exception cref="TsfException">TSF4017 when an element has no JSON form.</exception>
    public static void WriteFlat(Utf8JsonWriter writer, string name, Datatype datatype, ReadOnlySpan<byte> raw)
    {
        writer.WriteStartArray();
        WriteElements(writer, name, datatype, raw);
        writer.WriteEndArray();
    }

    /// <summary>Writes the elements nested as the shape; a scalar without brackets.</summary>
    /// <inheritdoc cref="WriteFlat"/>
    public static void WriteNested(Utf8JsonWriter writer, string name, Datatype datatype, ReadOnlySpan<long> shape, ReadOnlySpan<byte> raw)
    {
        var rest = raw;
        Nested(writer, name, datatype, shape, ref rest);
    }

    private static void Nested(Utf8JsonWriter writer, string name, Datatype datatype, ReadOnlySpan<long> shape, ref ReadOnlySpan<byte> rest)
    {
        if (shape.IsEmpty)
        {
            WriteElements(writer, name, datatype, Take(datatype, 1, ref rest));
            return;
        }

        writer.WriteStartArray();
        if (shape.Length == 1)
        {
            WriteElements(writer, name, datatype, Take(datatype, shape[0], ref rest));
        }
        else
        {
            for (long i = 0; i < shape[0]; i++)
            {
                Nested(writer, name, datatype, shape[1..], ref rest);
            }
        }

        writer.WriteEndArray();
    }

    private static ReadOnlySpan<byte> Take(Datatype datatype, long count, ref ReadOnlySpan<byte> rest)
    {
        var all = rest;
        if (datatype == Datatype.Bytes)
        {
            for (; count > 0; count--)
            {
                RawTensor.Next(ref rest);
            }
        }
        else
        {
            rest = rest[(int)(count * datatype.ElementSize())..];
        }

        return all[..(all.Length - rest.Length)];
    }

    private static void WriteElements(Utf8JsonWriter writer, string name, Datatype datatype, ReadOnlySpan<byte> raw)
    {
        switch (datatype)
        {
            case Datatype.Bool:
                foreach (var element in raw)
                {
                    writer.WriteBooleanValue(element != 0);
                }

                break;
            case Datatype.Uint8:
                foreach (var element in raw)
                {
                    writer.WriteNumberValue((uint)element);
                }

                break;
            case Datatype.Uint16:
                foreach (var element in RawTensor.Elements<ushort>(raw))
                {
                    writer.WriteNumberValue((uint)element);
                }

                break;
            case Datatype.Uint32:
                foreach (var element in RawTensor.Elements<uint>(raw))
                {
                    writer.WriteNumberValue(element);
                }

                break;
            case Datatype.Uint64:
                foreach (var element in RawTensor.Elements<ulong>(raw))
                {
                    writer.WriteNumberValue(element);
                }

                break;
            case Datatype.Int8:
                foreach (var element in RawTensor.Elements<sbyte>(raw))
                {
                    writer.WriteNumberValue((int)element);
                }

                break;
            case Datatype.Int16:
                foreach (var element in RawTensor.Elements<short>(raw))
                {
                    writer.WriteNumberValue((int)element);
                }

                break;
            case Datatype.Int32:
                foreach (var element in RawTensor.Elements<int>(raw))
                {
                    writer.WriteNumberValue(element);
                }

                break;
            case Datatype.Int64:
                foreach (var element in RawTensor.Elements<long>(raw))
                {
                    writer.WriteNumberValue(element);
                }

                break;
            case Datatype.Fp32:
                foreach (var element in RawTensor.Elements<float>(raw))
                {
                    writer.WriteNumberValue(float.IsFinite(element) ? element : throw NotFinite(name));
                }

                break;
            case Datatype.Fp64:
                foreach (var element in RawTensor.Elements<double>(raw))
                {
                    writer.WriteNumberValue(double.IsFinite(element) ? element : throw NotFinite(name));
                }

                break;
            case Datatype.Bytes:
                WriteStrings(writer, name, raw);
                break;
            default:
                throw TsfErrors.NoJsonForm.With($"Output '{name}' is of datatype {datatype.Name()}, which has no JSON form in the protocol.");
        }
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> raw)
    {
        while (!raw.IsEmpty)
        {
            var element = RawTensor.Next(ref raw);
            if (!Utf8.IsValid(element))
            {
                throw TsfErrors.NoJsonForm.With($"Output '{name}' holds bytes that are not UTF-8 text.");
            }

            writer.WriteStringValue(element);
        }
    }

    private static TsfException NotFinite(string name) =>
        TsfErrors.NoJsonForm.With($"Output '{name}' holds NaN or infinity, which JSON cannot express.");
}
