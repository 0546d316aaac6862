using System.Text.Json;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>TDX evidence as the KBS protocol carries it. Nothing of it is believed yet.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="EventLog">The event log, to be read by <see cref="EventLogs.EventLog.Parse"/>; empty when there is none.</param>
public sealed record TdxEvidence(ReadOnlyMemory<byte> Quote, ReadOnlyMemory<byte> EventLog)
{
    /// <summary>Reads <c>{"quote": base64, "cc_eventlog": base64 or null}</c>; members that a newer sender adds are passed over.</summary>
    /// <exception cref="TsfException">TSF3304 with the member.</exception>
    public static TdxEvidence Parse(JsonElement evidence)
    {
        if (evidence.ValueKind != JsonValueKind.Object)
        {
            throw TsfErrors.MalformedEvidence.With($"TDX evidence must be an object, not {evidence.ValueKind}.");
        }

        return new TdxEvidence(
            Binary(evidence, "quote", TdxQuote.MaxLength) is { Length: > 0 } quote ? quote : throw TsfErrors.MalformedEvidence.With("TDX evidence has no quote."),
            Binary(evidence, "cc_eventlog", EventLogs.EventLog.MaxLength));
    }

    /// <summary>Writes the same form, <c>cc_eventlog</c> always stated.</summary>
    public JsonElement ToElement() => JsonSerializer.SerializeToElement(new Dictionary<string, string?>
    {
        ["quote"] = Convert.ToBase64String(Quote.Span),
        ["cc_eventlog"] = EventLog.IsEmpty ? null : Convert.ToBase64String(EventLog.Span),
    });

    private static byte[] Binary(JsonElement evidence, string name, int most)
    {
        if (!evidence.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var bytes = member.ValueKind == JsonValueKind.String ? Decode(member) : null;
        return bytes switch
        {
            null => throw TsfErrors.MalformedEvidence.With($"{name} of TDX evidence is not base64."),
            _ when bytes.Length > most => throw TsfErrors.MalformedEvidence.With($"{name} of TDX evidence has {bytes.Length} bytes; at most {most} are read."),
            _ => bytes,
        };
    }

    private static byte[]? Decode(JsonElement member)
    {
        try
        {
            return member.TryGetBytesFromBase64(out var bytes) ? bytes : null;
        }
        catch (InvalidOperationException)
        {
            // The JSON reader's answer to a text that is no Unicode, for example half of a surrogate pair.
            return null;
        }
    }
}
