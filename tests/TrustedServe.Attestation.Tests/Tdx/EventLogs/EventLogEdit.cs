using TrustedServe.Attestation.Tdx.EventLogs;

namespace TrustedServe.Attestation.Tests.Tdx.EventLogs;

/// <summary>Edits a log of SHA-384 digests alone, record by record.</summary>
internal static class EventLogEdit
{
    /// <summary>Where a record's one digest starts: register, type, number of digests, algorithm.</summary>
    private const int DigestOffset = 14;

    public static byte[] Drop(byte[] log, int index) => Join(log, [.. Records(log).Where((_, i) => i != index)]);

    public static byte[] Repeat(byte[] log, int index)
    {
        var records = Records(log);
        return Join(log, [.. records[..index], records[index], .. records[index..]]);
    }

    public static byte[] Exchange(byte[] log, int one, int other)
    {
        var records = Records(log);
        (records[one], records[other]) = (records[other], records[one]);
        return Join(log, records);
    }

    public static byte[] ChangeDigest(byte[] log, int index) => Change(log, index, DigestOffset + (index % EventLog.DigestLength));

    /// <summary>Changes the last byte of an event's data and keeps its digest.</summary>
    public static byte[] ChangeData(byte[] log, int index) => Change(log, index, Records(log)[index].Length - 1);

    private static byte[] Change(byte[] log, int index, int at)
    {
        var records = Records(log);
        records[index][at] ^= 1;
        return Join(log, records);
    }

    private static byte[][] Records(byte[] log)
    {
        var parsed = EventLog.Parse(log);
        int[] starts = [.. parsed.Records.Select(record => record.Offset), parsed.Bytes.Length];
        return [.. parsed.Records.Select(record => log[starts[record.Index]..starts[record.Index + 1]])];
    }

    private static byte[] Join(byte[] log, byte[][] records)
    {
        var parsed = EventLog.Parse(log);
        return [.. log[..parsed.Records[0].Offset], .. records.SelectMany(record => record), .. log[parsed.Bytes.Length..]];
    }
}
