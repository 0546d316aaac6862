using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>Finds what an event's digest is the digest of.</summary>
internal static class EventProofs
{
    /// <summary>Judges one record; hashes its data at most three times.</summary>
    public static EventProof Of(EventRecord record)
    {
        var data = record.Data.Span;
        var digest = record.Digest.Span;
        switch (record.Type)
        {
            case EventTypes.NoAction:
                return EventProof.None;
            case EventTypes.Separator or EventTypes.VariableDriverConfig or EventTypes.PartitionTable or EventTypes.EfiAction or EventTypes.VariableAuthority:
                return IsDigestOf(digest, data) ? EventProof.WholeData : EventProof.Contradicted;
            case EventTypes.EventTag when AaelEntry.HasTag(data):
                return IsDigestOf(digest, data) ? EventProof.WholeData : EventProof.Contradicted;
            case EventTypes.VariableBoot when VariableValue(data, out var value) && IsDigestOf(digest, value):
                return EventProof.PartOfData;
            case EventTypes.BootLoader when IsBootLoaderText(digest, data):
                return EventProof.PartOfData;
            default:
                return IsDigestOf(digest, data) ? EventProof.WholeData : EventProof.DigestOnly;
        }
    }

    /// <summary>UEFI_VARIABLE_DATA: GUID (16), length of the name in UTF-16 units (8), length of the value (8), name, value.</summary>
    internal static bool VariableName(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (data.Length < 32)
        {
            return false;
        }

        var units = BinaryPrimitives.ReadUInt64LittleEndian(data[16..]);
        if (units > (ulong)(data.Length - 32) / 2)
        {
            return false;
        }

        name = data.Slice(32, (int)units * 2);
        return true;
    }

    private static bool VariableValue(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!VariableName(data, out var name))
        {
            return false;
        }

        value = data[(32 + name.Length)..];
        return BinaryPrimitives.ReadUInt64LittleEndian(data[24..]) == (ulong)value.Length;
    }

    /// <summary>GRUB measures a command and logs "grub_cmd: " or "grub_cmd " before it; the zero byte at the end is not measured.</summary>
    private static bool IsBootLoaderText(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf((byte)0);
        var text = end < 0 ? data : data[..end];
        var label = text.IndexOf((byte)' ');
        return label > 0 && IsDigestOf(digest, text[(label + 1)..]);
    }

    private static bool IsDigestOf(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> data)
    {
        Span<byte> computed = stackalloc byte[EventLog.DigestLength];
        SHA384.HashData(data, computed);
        return computed.SequenceEqual(digest);
    }
}
