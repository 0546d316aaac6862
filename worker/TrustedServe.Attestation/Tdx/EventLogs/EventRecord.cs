namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>One record of an event log. It points into the log's bytes and owns none.</summary>
public readonly struct EventRecord
{
    internal EventRecord(int index, int offset, uint register, uint type, ReadOnlyMemory<byte> digest, ReadOnlyMemory<byte> data) =>
        (Index, Offset, RegisterIndex, Type, Digest, Data) = (index, offset, register, type, digest, data);

    /// <summary>Its place among the log's records, from 0; the header record is not counted.</summary>
    public int Index { get; }

    /// <summary>Where it starts in the log.</summary>
    public int Offset { get; }

    /// <summary>The register index as it is written: 1 to 4 for RTMR0 to RTMR3; anything in a record that is not extended.</summary>
    public uint RegisterIndex { get; }

    /// <summary>The type; <see cref="EventTypes"/> names it.</summary>
    public uint Type { get; }

    /// <summary>The SHA-384 digest that was extended.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>What the writer says about the event. Believe it only as far as <see cref="EventVerdict.Proof"/> says.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The RTMR, 0 to 3, that the record was extended into, or null when it is extended into none.</summary>
    public int? Rtmr => Type == EventTypes.NoAction ? null : (int)RegisterIndex - 1;
}
