using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>
/// What a plain scalar of YAML means: the core schema of YAML 1.2. Kubernetes itself reads YAML 1.1, where <c>0644</c> is octal
/// and <c>yes</c> is true: what the two read differently is refused, since a check of the one would say nothing of the other.
/// </summary>
internal static partial class PlainScalar
{
    /// <summary>Resolves a plain scalar.</summary>
    /// <exception cref="FormatException">With a reason for people, when it means nothing that JSON can hold, or two things.</exception>
    public static JsonNode? Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE":
                return JsonValue.Create(false);
        }

        if (Ambiguous().IsMatch(text))
        {
            throw new FormatException($"'{ReadContext.Shown(text)}' means one thing in YAML 1.1 and another in 1.2; put it in quotes, or write the number in decimal digits");
        }

        if (Integer().IsMatch(text))
        {
            return Whole(text);
        }

        if (Float().IsMatch(text))
        {
            var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(number) ? JsonValue.Create(number) : throw NotANumber(text);
        }

        return NotFinite().IsMatch(text) ? throw NotANumber(text) : JsonValue.Create(text);
    }

    /// <summary>Resolves a scalar that a tag says to be an integer or a number.</summary>
    public static JsonNode Number(string text) => Resolve(text) is JsonValue value && !value.TryGetValue<string>(out _) && !value.TryGetValue<bool>(out _)
        ? value
        : throw new FormatException($"'{ReadContext.Shown(text)}' is not a number");

    private static JsonValue Whole(string text)
    {
        try
        {
            // Decimal digits may have a sign and no leading zero, so a letter in second place is a base.
            return JsonValue.Create(text.Length > 2 && text[1] is ('x' or 'o')
                ? checked((long)Convert.ToUInt64(text[2..], text[1] == 'x' ? 16 : 8))
                : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        }
        catch (OverflowException)
        {
            throw NotANumber(text);
        }
    }

    private static FormatException NotANumber(string text) => new($"'{ReadContext.Shown(text)}' is not a number that JSON can hold; put it in quotes if it is a text");

    [GeneratedRegex(@"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z", RegexOptions.CultureInvariant)]
    private static partial Regex NotFinite();

    /// <summary>Octal and binary numbers, underscores in numbers, signed hexadecimal, and the other words for true and false.</summary>
    [GeneratedRegex(@"^([-+]?0[0-9]+|[-+]?0b[01_]+|[-+]0[xo][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*_[0-9_]*|0x[0-9a-fA-F_]*_[0-9a-fA-F_]*|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ambiguous();
}
