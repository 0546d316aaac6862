using System.Globalization;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Settings;

/// <summary>Settings that are written as JSON.</summary>
internal static class JsonSettings
{
    /// <summary>The largest file of settings that is read.</summary>
    private const int MaxBytes = 1 << 20;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = 32,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="TsfException">TSF0008 when it cannot be read, TSF0002 when it is no JSON object.</exception>
    public static JsonDocument ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxBytes)
            {
                throw TsfErrors.InvalidSettings.With($"{path} is larger than {MaxBytes} bytes.");
            }

            return Parsed(JsonDocument.Parse(file, Options), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"{path} cannot be read: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw NotJson(path, exception);
        }
    }

    /// <summary>Reads a document that is at hand.</summary>
    /// <exception cref="TsfException">TSF0002 when it is no JSON object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string name)
    {
        try
        {
            return Parsed(JsonDocument.Parse(utf8, Options), name);
        }
        catch (JsonException exception)
        {
            throw NotJson(name, exception);
        }
    }

    /// <summary>The settings under <c>TrustedServe</c> as keys and values; empty when there are none.</summary>
    public static SettingsSource Flatten(JsonElement root, string name)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (root.TryGetProperty(SettingsSource.Section, out var section))
        {
            Flatten(section, string.Empty, values, name);
        }

        return new SettingsSource(name, values);
    }

    private static void Flatten(JsonElement element, string path, Dictionary<string, string?> values, string name)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Flatten(member.Value, path.Length == 0 ? member.Name : $"{path}:{member.Name}", values, name);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Flatten(item, $"{path}:{(index++).ToString(CultureInfo.InvariantCulture)}", values, name);
                }

                break;
            default:
                if (!values.TryAdd(path, element.ValueKind == JsonValueKind.Null ? null : element.ToString()))
                {
                    throw TsfErrors.InvalidSettings.With($"{name} has {SettingsSource.Section}:{path} twice.");
                }

                break;
        }
    }

    private static JsonDocument Parsed(JsonDocument document, string name) => document.RootElement.ValueKind == JsonValueKind.Object
        ? document
        : throw TsfErrors.InvalidSettings.With($"{name} must be a JSON object.");

    private static TsfException NotJson(string name, JsonException exception) =>
        TsfErrors.InvalidSettings.With($"{name} is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.", exception);
}
