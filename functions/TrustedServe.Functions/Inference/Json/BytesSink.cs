using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>Writes JSON strings as elements of a BYTES tensor: UTF-8 behind its length.</summary>
internal readonly struct BytesSink(ArrayBufferWriter<byte> raw, string name, TensorMemory memory) : IElementSink
{
    /// <inheritdoc/>
    public bool TryAdd(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        // Unescaped text is never longer than the escaped text that stands in the body.
        var most = RawTensor.LengthPrefix + reader.ValueSpan.Length;
        if (raw.FreeCapacity < most)
        {
            // As the writer grows: to double, or by what does not fit then.
            memory.Reserve(Math.Max(most, raw.Capacity));
        }

        var target = raw.GetSpan(most);
        int length;
        try
        {
            length = reader.CopyString(target[RawTensor.LengthPrefix..]);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: no UTF-8 form.
            return false;
        }

        memory.Count(name, length);
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)length);
        raw.Advance(RawTensor.LengthPrefix + length);
        return true;
    }
}
