using System.Text;

namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>Says in one line what an event's data say, for people: bounded, printable, never trusted.</summary>
internal static class EventText
{
    private const int MaxLength = 160;

    public static string Of(EventRecord record)
    {
        var data = record.Data.Span;
        switch (record.Type)
        {
            case EventTypes.EventTag when AaelEntry.TryParse(record, out var entry):
                return Printable($"{entry.Domain} {entry.Operation} {entry.Content}");
            case EventTypes.VariableDriverConfig or EventTypes.VariableBoot or EventTypes.VariableAuthority when EventProofs.VariableName(data, out var name):
                return Printable(Encoding.Unicode.GetString(Start(name)));
            case EventTypes.BootLoader when LooksLikeUtf16(data):
                return Printable(Encoding.Unicode.GetString(Start(data)));
            case EventTypes.NoAction or EventTypes.EfiAction or EventTypes.BootLoader or EventTypes.EventTag or 1 or 5 or 0xa:
                var text = record.Type == EventTypes.EventTag && data.Length > 8 ? data[8..] : data;
                var end = text.IndexOf((byte)0);
                return Printable(Encoding.UTF8.GetString(Start(end < 0 ? text : text[..end])));
            default:
                return "";
        }
    }

    private static ReadOnlySpan<byte> Start(ReadOnlySpan<byte> bytes) => bytes.Length > 2 * MaxLength ? bytes[..(2 * MaxLength)] : bytes;

    private static bool LooksLikeUtf16(ReadOnlySpan<byte> data) => data.Length >= 4 && data[0] != 0 && data[1] == 0 && data.Length % 2 == 0;

    private static string Printable(string text)
    {
        text = text.TrimEnd('\0');
        var line = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= MaxLength)
            {
                return line.Append('…').ToString();
            }

            // Control and format characters could rewrite a terminal's line or reverse its direction.
            var category = Rune.GetUnicodeCategory(rune);
            var shown = category is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
                or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.OtherNotAssigned
                ? new Rune('·')
                : rune;
            line.Append(shown.ToString());
        }

        return line.ToString();
    }
}
