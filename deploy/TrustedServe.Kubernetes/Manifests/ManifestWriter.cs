using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Rendering;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>Writes manifests as YAML with their explanations. The same objects give the same bytes.</summary>
public static partial class ManifestWriter
{
    private const int CommentWidth = 110;
    private const int LeastCommentWidth = 60;
    private const string Step = "  ";
    private const string Dash = "- ";

    // What readers of YAML 1.1 or 1.2 take for something other than a text.
    private static readonly HashSet<string> Reserved = new(
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes objects as a stream of documents.</summary>
    public static string Write(IReadOnlyList<AnnotatedManifest> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return string.Join("---\n", objects.Select(one => Write(one.Manifest.Content, one.Comments)));
    }

    /// <summary>Writes one document.</summary>
    /// <param name="content">The document.</param>
    /// <param name="comments">Explanations of its values.</param>
    /// <exception cref="ArgumentException">A comment explains a value that is not there.</exception>
    public static string Write(JsonObject content, IReadOnlyList<ManifestComment> comments)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(comments);
        var left = comments.GroupBy(comment => comment.Path, comment => comment.Text, StringComparer.Ordinal).ToDictionary(group => group.Key, group => string.Join('\n', group), StringComparer.Ordinal);
        var text = new StringBuilder();
        AppendComment(text, left, "", "");
        AppendMembers(text, content, "", "", "", left);
        return left.Count == 0 ? text.ToString() : throw new ArgumentException($"There is no {string.Join(", ", left.Keys)} to explain.", nameof(comments));
    }

    /// <param name="text">Where it goes.</param>
    /// <param name="content">The mapping.</param>
    /// <param name="first">What stands before the first member in place of the indent: the dash of a list.</param>
    /// <param name="indent">What stands before every other member.</param>
    /// <param name="path">Where the mapping is.</param>
    /// <param name="comments">Explanations that are still to be written.</param>
    private static void AppendMembers(StringBuilder text, JsonObject content, string first, string indent, string path, Dictionary<string, string> comments)
    {
        var lead = first;
        foreach (var (name, value) in content)
        {
            var member = $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

            // An explanation of the first member of a list's item stands before the dash.
            AppendComment(text, comments, member, lead.EndsWith(Dash, StringComparison.Ordinal) ? lead[..^Dash.Length] : lead);
            text.Append(lead).Append(Scalar(name)).Append(':');
            AppendValue(text, value, indent, member, comments);
            lead = indent;
        }
    }

    private static void AppendValue(StringBuilder text, JsonNode? value, string indent, string path, Dictionary<string, string> comments)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } members:
                text.Append('\n');
                AppendMembers(text, members, indent + Step, indent + Step, path, comments);
                break;
            case JsonArray { Count: > 0 } items:
                text.Append('\n');
                AppendItems(text, items, indent, path, comments);
                break;
            default:
                AppendScalar(text, value, indent);
                break;
        }
    }

    private static void AppendItems(StringBuilder text, JsonArray items, string indent, string path, Dictionary<string, string> comments)
    {
        for (var i = 0; i < items.Count; i++)
        {
            var item = string.Create(CultureInfo.InvariantCulture, $"{path}/{i}");
            AppendComment(text, comments, item, indent);
            if (items[i] is JsonObject { Count: > 0 } members)
            {
                AppendMembers(text, members, indent + Dash, indent + Step, item, comments);
            }
            else
            {
                text.Append(indent).Append('-');
                AppendValue(text, items[i], indent + Step, item, comments);
            }
        }
    }

    private static void AppendScalar(StringBuilder text, JsonNode? value, string indent)
    {
        if (value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var lines && IsBlock(lines))
        {
            text.Append(" |\n");
            foreach (var line in lines[..^1].Split('\n'))
            {
                text.Append(line.Length == 0 ? "" : indent + Step).Append(line).Append('\n');
            }

            return;
        }

        text.Append(' ').Append(value switch
        {
            null => "null",
            JsonObject => "{}",
            JsonArray => "[]",
            _ when value.GetValueKind() == JsonValueKind.String => Scalar(value.GetValue<string>()),
            _ => value.ToJsonString(),
        }).Append('\n');
    }

    private static string Scalar(string value) => PlainForm().IsMatch(value) && !Reserved.Contains(value) ? value : Quoted(value);

    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                >= 0x20 and < 0x7f => text.Append((char)rune.Value),
                <= 0xffff => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return text.Append('"').ToString();
    }

    private static bool IsBlock(string text) => text.Length <= 1 << 16 && BlockForm().IsMatch(text);

    private static void AppendComment(StringBuilder text, Dictionary<string, string> comments, string path, string indent)
    {
        if (!comments.Remove(path, out var comment))
        {
            return;
        }

        foreach (var paragraph in comment.Split('\n'))
        {
            var line = new StringBuilder();
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + word.Length + 1 > Math.Max(LeastCommentWidth, CommentWidth - indent.Length))
                {
                    text.Append(indent).Append("# ").Append(line).Append('\n');
                    line.Clear();
                }

                line.Append(line.Length > 0 ? " " : "").Append(word);
            }

            text.Append(indent).Append("# ").Append(line).Append('\n');
        }
    }

    /// <summary>What every reader takes for the text that it is, without quotation marks.</summary>
    [GeneratedRegex(@"\A[A-Za-z/_](?:[A-Za-z0-9._/@+-]|:(?=[A-Za-z0-9._/@+-])| (?=[A-Za-z0-9._/@+-]))*\z")]
    private static partial Regex PlainForm();

    /// <summary>Several lines of visible characters that end with one line end and do not begin with a space: they stand as they are.</summary>
    [GeneratedRegex(@"\A(?=[^\n]*\n[^\n])[!-~](?:[ -~]*[!-~])?\n(?:(?:[ -~]*[!-~])?\n)*(?:[ -~]*[!-~])\n\z", RegexOptions.CultureInvariant)]
    private static partial Regex BlockForm();
}
