using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>A part of an object that may be missing or of another type than expected; knows its path and place.</summary>
internal readonly struct ManifestNode(ManifestDocument document, ManifestPath path, JsonNode? value)
{
    /// <summary>The object that it is part of.</summary>
    public ManifestDocument Document => document;

    /// <summary>Its path.</summary>
    public ManifestPath Path => path;

    /// <summary>Whether it is there and not null.</summary>
    public bool Exists => value is not null;

    /// <summary>Whether it is an object.</summary>
    public bool IsObject => value is JsonObject;

    /// <summary>Whether it is a list.</summary>
    public bool IsList => value is JsonArray;

    /// <summary>A text, or a number or truth value as it is written; null otherwise.</summary>
    public string? Text => value switch
    {
        JsonValue scalar when scalar.TryGetValue<string>(out var text) => text,
        JsonValue scalar => scalar.ToJsonString(),
        _ => null,
    };

    /// <summary>A truth value, or a text that says one.</summary>
    public bool? Flag => Text?.ToUpperInvariant() switch { "TRUE" => true, "FALSE" => false, _ => null };

    /// <summary>A number, or a text that is one.</summary>
    public double? Number => double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A member.</summary>
    public ManifestNode this[string name] => new(document, path.Member(name), value is JsonObject members && members.TryGetPropertyValue(name, out var member) ? member : null);

    /// <summary>The items of a list; none for anything else.</summary>
    public IEnumerable<ManifestNode> Items
    {
        get
        {
            var (owner, at) = (document, path);
            return value is JsonArray items ? items.Select((item, index) => new ManifestNode(owner, at.Item(index), item)) : [];
        }
    }

    /// <summary>The members of an object with their names; none for anything else.</summary>
    public IEnumerable<(string Name, ManifestNode Node)> Members
    {
        get
        {
            var (owner, at) = (document, path);
            return value is JsonObject members ? members.Select(member => (member.Key, new ManifestNode(owner, at.Member(member.Key), member.Value))) : [];
        }
    }

    /// <summary>The root of an object.</summary>
    public static ManifestNode Of(ManifestDocument document) => new(document, ManifestPath.Root, document.Manifest.Content);

    /// <summary>A finding here.</summary>
    public Finding Found(CheckCode check, string seen) =>
        new(check, ShownText.Of(document.Manifest.ToString()), ShownText.Of(path.ToString()), document.Positions.At(path), ShownText.Of(seen));

    /// <summary>The members that are texts, for example labels.</summary>
    public IReadOnlyDictionary<string, string> Texts() => Members
        .Where(member => member.Node.Text is not null)
        .ToDictionary(member => member.Name, member => member.Node.Text!, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => value is null ? "nothing" : value.ToJsonString(JsonSerializerOptions.Default);
}
