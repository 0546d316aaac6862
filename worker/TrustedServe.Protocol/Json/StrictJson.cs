using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrustedServe.Protocol.Json;

/// <summary>JSON as this project reads and writes its own documents: unknown and doubled members are errors, depth is bounded.</summary>
public static class StrictJson
{
    /// <summary>The deepest nesting that is read; deeper is refused.</summary>
    public const int MaxDepth = 64;

    /// <summary>camelCase names, enums as camelCase strings, nulls left out, unknown and duplicate members refused.</summary>
    public static readonly JsonSerializerOptions Compact = Create(indented: false);

    /// <summary>The same for files that people read.</summary>
    public static readonly JsonSerializerOptions Indented = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = MaxDepth,
            WriteIndented = indented,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
