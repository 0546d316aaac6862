using System.Buffers;
using System.Globalization;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>Typed reading of Intel's JSON: everything required is there, of the right kind and within bounds, or the document is refused.</summary>
internal static class CollateralJson
{
    /// <summary>Intel's lists have fewer than 20 levels and 30 advisories; a longer list than this is no such document.</summary>
    public const int MaxItems = 512;

    private const int MaxTextLength = 256;

    /// <summary>Intel nests seven deep; doubled members are refused because two readers could choose differently between them.</summary>
    public static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Runs a reader; whatever its input makes it throw becomes the one typed refusal.</summary>
    public static T Read<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            // InvalidOperationException: text that is no valid UTF-8 or UTF-16.
            throw TsfErrors.CollateralMalformed.With($"{what}: not the JSON that is expected", e);
        }
    }

    public static TsfException Refuse(string what, string why) => TsfErrors.CollateralMalformed.With($"{what}: {why}");

    public static JsonElement Object(JsonElement parent, string name) => Member(parent, name, JsonValueKind.Object);

    public static string Text(JsonElement parent, string name)
    {
        var text = Member(parent, name, JsonValueKind.String).GetString()!;
        return text.Length <= MaxTextLength ? text : throw Refuse(name, $"at most {MaxTextLength} characters expected, {text.Length} seen");
    }

    public static int Number(JsonElement parent, string name, int max) =>
        Member(parent, name, JsonValueKind.Number).TryGetInt32(out var number) && number >= 0 && number <= max
            ? number
            : throw Refuse(name, $"a whole number from 0 to {max} expected");

    public static byte[] Hex(JsonElement parent, string name, int length)
    {
        var text = Text(parent, name);
        var bytes = new byte[length];
        return text.Length == 2 * length && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done
            ? bytes
            : throw Refuse(name, $"{2 * length} hexadecimal digits expected");
    }

    public static DateTimeOffset Time(JsonElement parent, string name)
    {
        var text = Text(parent, name);
        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw Refuse(name, "a time like 2023-06-18T08:42:58Z expected");
    }

    public static T[] List<T>(JsonElement parent, string name, Func<JsonElement, T> read)
    {
        var array = Member(parent, name, JsonValueKind.Array);
        var count = array.GetArrayLength();
        if (count > MaxItems)
        {
            throw Refuse(name, $"at most {MaxItems} items expected, {count} seen");
        }

        var items = new T[count];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            items[index++] = read(item);
        }

        return items;
    }

    /// <summary>Status, date and advisories of a level; the advisories may be left out.</summary>
    public static TcbVerdict Verdict(JsonElement level) => new(
        Status(Text(level, "tcbStatus")),
        Time(level, "tcbDate"),
        level.TryGetProperty("advisoryIDs", out _) ? List(level, "advisoryIDs", Advisory) : []);

    /// <summary>A level judged by one security version.</summary>
    public static EnclaveTcbLevel EnclaveLevel(JsonElement level) => new(Number(Object(level, "tcb"), "isvsvn", ushort.MaxValue), Verdict(level));

    private static string Advisory(JsonElement item) => item.ValueKind == JsonValueKind.String && item.GetString() is { Length: <= MaxTextLength } id
        ? id
        : throw Refuse("advisoryIDs", "short texts expected");

    private static TcbStatus Status(string text) => text switch
    {
        "UpToDate" => TcbStatus.UpToDate,
        "SWHardeningNeeded" => TcbStatus.SWHardeningNeeded,
        "ConfigurationNeeded" => TcbStatus.ConfigurationNeeded,
        "ConfigurationAndSWHardeningNeeded" => TcbStatus.ConfigurationAndSWHardeningNeeded,
        "OutOfDate" => TcbStatus.OutOfDate,
        "OutOfDateConfigurationNeeded" => TcbStatus.OutOfDateConfigurationNeeded,
        "Revoked" => TcbStatus.Revoked,
        _ => throw Refuse("tcbStatus", $"a known status expected, '{text}' seen"),
    };

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out var member))
        {
            throw Refuse(name, "missing");
        }

        return member.ValueKind == kind ? member : throw Refuse(name, $"{kind} expected, {member.ValueKind} seen");
    }
}
