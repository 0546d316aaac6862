using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>An entry that the attestation agent wrote after the boot: who did what, for example which image was pulled.</summary>
/// <param name="Domain">Whose event it is, for example <c>github.com/confidential-containers</c>.</param>
/// <param name="Operation">What happened, for example <c>PullImage</c>.</param>
/// <param name="Content">With what; canonical JSON in the events of Confidential Containers.</param>
public sealed record AaelEntry(string Domain, string Operation, string Content)
{
    private const uint Tag = 0x4141454c;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a record: tag, length, and the line <c>domain operation content</c>.</summary>
    /// <returns>False when the record is not such an entry or not in its form.</returns>
    public static bool TryParse(EventRecord record, [NotNullWhen(true)] out AaelEntry? entry)
    {
        entry = null;
        var data = record.Data.Span;
        if (record.Type != EventTypes.EventTag || !HasTag(data) || BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) != (uint)(data.Length - 8))
        {
            return false;
        }

        var line = data[8..];
        var first = line.IndexOf((byte)' ');
        var second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)' ');
        if (first < 1 || second < 1 || line.Contains((byte)'\n'))
        {
            return false;
        }

        try
        {
            var rest = line[(first + 1)..];
            entry = new AaelEntry(StrictUtf8.GetString(line[..first]), StrictUtf8.GetString(rest[..second]), StrictUtf8.GetString(rest[(second + 1)..]));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    internal static bool HasTag(ReadOnlySpan<byte> data) => data.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(data) == Tag;
}
