using System.Text.Json;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>One parser a datatype that has a JSON form (BYTES has <see cref="BytesSink"/>).</summary>
internal static class ElementParsers
{
    internal readonly struct Bool : IElementParser<byte>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out byte value)
        {
            value = reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0;
            return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
        }
    }

    internal readonly struct UInt8 : IElementParser<byte>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out byte value) => IsNumber(ref reader, out value) && reader.TryGetByte(out value);
    }

    internal readonly struct UInt16 : IElementParser<ushort>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out ushort value) => IsNumber(ref reader, out value) && reader.TryGetUInt16(out value);
    }

    internal readonly struct UInt32 : IElementParser<uint>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out uint value) => IsNumber(ref reader, out value) && reader.TryGetUInt32(out value);
    }

    internal readonly struct UInt64 : IElementParser<ulong>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out ulong value) => IsNumber(ref reader, out value) && reader.TryGetUInt64(out value);
    }

    internal readonly struct Int8 : IElementParser<sbyte>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out sbyte value) => IsNumber(ref reader, out value) && reader.TryGetSByte(out value);
    }

    internal readonly struct Int16 : IElementParser<short>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out short value) => IsNumber(ref reader, out value) && reader.TryGetInt16(out value);
    }

    internal readonly struct Int32 : IElementParser<int>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out int value) => IsNumber(ref reader, out value) && reader.TryGetInt32(out value);
    }

    internal readonly struct Int64 : IElementParser<long>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out long value) => IsNumber(ref reader, out value) && reader.TryGetInt64(out value);
    }

    // A number beyond the range of the datatype reads as infinity, which JSON cannot mean.
    internal readonly struct Fp32 : IElementParser<float>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out float value) =>
            IsNumber(ref reader, out value) && reader.TryGetSingle(out value) && float.IsFinite(value);
    }

    internal readonly struct Fp64 : IElementParser<double>
    {
        public static bool TryParse(ref Utf8JsonReader reader, out double value) =>
            IsNumber(ref reader, out value) && reader.TryGetDouble(out value) && double.IsFinite(value);
    }

    private static bool IsNumber<T>(ref Utf8JsonReader reader, out T? value)
    {
        value = default;
        return reader.TokenType == JsonTokenType.Number;
    }
}
