using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Kbs;

/// <summary>JSON in the one form that RFC 8785 gives it: members sorted by UTF-16 units, no spaces, numbers as ECMAScript prints them.</summary>
public static class CanonicalJson
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    /// <summary>Writes a value canonically, as UTF-8.</summary>
    /// <exception cref="TsfException">TSF3014 for doubled members, numbers beyond double range, text that is not Unicode, or depth over 32.</exception>
    public static byte[] Serialize(JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, value, KbsJson.MaxDepth);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, JsonElement value, int depth)
    {
        if (depth == 0)
        {
            throw Refused($"nested deeper than {KbsJson.MaxDepth}");
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(text, value, depth);
                break;
            case JsonValueKind.Array:
                var separator = '[';
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(separator);
                    Write(text, item, depth - 1);
                    separator = ',';
                }

                text.Append(separator == '[' ? "[]" : "]");
                break;
            case JsonValueKind.String:
                WriteString(text, KbsJson.Text(value) ?? throw NotUnicode());
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetDouble()));
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            case JsonValueKind.Null:
                text.Append("null");
                break;
            default:
                throw Refused("missing");
        }
    }

    private static void WriteObject(StringBuilder text, JsonElement value, int depth)
    {
        var members = new SortedList<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!members.TryAdd(NameOf(member), member.Value))
            {
                throw Refused("an object with a doubled member");
            }
        }

        text.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            WriteString(text, members.GetKeyAtIndex(i));
            text.Append(':');
            Write(text, members.GetValueAtIndex(i), depth - 1);
        }

        text.Append('}');
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        if (value.AsSpan().ContainsAny(Escaped))
        {
            foreach (var c in value)
            {
                _ = c switch
                {
                    '"' => text.Append("\\\""),
                    '\\' => text.Append("\\\\"),
                    '\b' => text.Append("\\b"),
                    '\t' => text.Append("\\t"),
                    '\n' => text.Append("\\n"),
                    '\f' => text.Append("\\f"),
                    '\r' => text.Append("\\r"),
                    < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                    _ => text.Append(c),
                };
            }
        }
        else
        {
            text.Append(value);
        }

        text.Append('"');
    }

    /// <summary>A number as ECMAScript's Number::toString prints it, made from the shortest digits that read back equal.</summary>
    internal static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            throw Refused("a number beyond the range of a double");
        }

        if (value == 0)
        {
            return "0";
        }

        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var parts = shortest.Split('E');
        var mantissa = parts[0].Split('.');
        var point = mantissa[0].Length + (parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0);
        var all = string.Concat(mantissa);
        var digits = all.TrimStart('0');
        point -= all.Length - digits.Length;
        digits = digits.TrimEnd('0');

        var sign = value < 0 ? "-" : "";
        if (point is > 21 or <= -6)
        {
            var fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return $"{sign}{digits[0]}{fraction}e{(point > 0 ? "+" : "-")}{Math.Abs(point - 1)}";
        }

        return point <= 0 ? $"{sign}0.{new string('0', -point)}{digits}"
            : digits.Length <= point ? sign + digits.PadRight(point, '0')
            : $"{sign}{digits[..point]}.{digits[point..]}";
    }

    // Escaped lone surrogates pass the parser but cannot become UTF-8.
    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw NotUnicode();
        }
    }

    private static TsfException NotUnicode() => Refused("text that is not Unicode");

    private static TsfException Refused(string what) =>
        TsfErrors.MalformedKbsMessage.With($"A value cannot be written as canonical JSON: it is {what}.");
}
