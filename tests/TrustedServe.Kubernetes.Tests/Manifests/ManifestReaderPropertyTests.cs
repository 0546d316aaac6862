using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Manifests;

/// <summary>
/// What was written is read; what nobody wrote is read or refused, never anything else. On one thread each: the pool's few are needed
/// by tests with sockets that run beside these.
/// </summary>
public sealed class ManifestReaderPropertyTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 12],
        Gen.String[Gen.OneOf('é', '\u2028', '\n', '\t', '"', '\'', '\\', '#', ':', '-', ' ', 'a'), 0, 8],
        Gen.OneOf("0644", "yes", "null", "~", "1e3", "- a", "a: b", "&a", "*a", "!x", "{{ x }}", "---", "...", "😀"));

    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, value) => depth > 4
        ? Leaf
        : Gen.Frequency(
            (3, Leaf),
            (1, value.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())]))),
            (2, Members(value))));

    private static Gen<JsonNode?> Leaf => Gen.OneOf(
        Text.Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Long.Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Double[-1e9, 1e9].Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Bool.Select(truth => (JsonNode?)JsonValue.Create(truth)),
        Gen.Const((JsonNode?)null));

    [Fact]
    public void JSON_is_read_as_it_was_written() =>
        Value.Sample(value => Assert.True(JsonNode.DeepEquals(Object(value), Read(Object(value).ToJsonString()))), iter: 1_000, threads: 1);

    [Fact]
    public void YAML_in_blocks_is_read_as_it_was_written() => Value.Sample(
        value =>
        {
            var text = new StringBuilder();
            Write(Object(value), 0, text);
            Assert.True(JsonNode.DeepEquals(Object(value), Read(text.ToString())), text.ToString());
        },
        iter: 1_000, threads: 1);

    [Fact]
    public void Every_part_has_a_place_at_which_it_stands() => Value.Sample(
        value =>
        {
            var text = new StringBuilder();
            Write(Object(value), 0, text);
            var (manifest, positions) = Assert.Single(ManifestReader.Read(text.ToString(), "x"));
            var lines = text.ToString().Split('\n');
            foreach (var (path, name) in Parts(manifest.Content, ManifestPath.Root))
            {
                var place = positions.At(path)!;
                Assert.Equal(path.ToString(), ManifestPath.Parse(path.ToString()).ToString());
                Assert.StartsWith(Quoted(name), lines[place.Line - 1][(place.Column - 1)..]);
            }
        },
        iter: 500, threads: 1);

    [Fact]
    public void Whatever_comes_is_read_or_refused()
    {
        var pieces = Gen.OneOf(
            "apiVersion: v1\n", "kind: A\n", "metadata: {name: a}\n", "---\n", "...\n", "- ", "  ", "\n", "\t", "? ", ": ", "a: ", "&a ", "*a ", "!!str ", "!", "%YAML 1.2\n", "%TAG ! x\n",
            "|\n", ">-\n", "'", "\"", "\\", "\\u12", "{", "}", "[", "]", ",", "#", "{{", "<<: ", "\0", "\u0085", "\ud800", "😀", "0x", "1e9", "~", "|9\n", "@", "`");
        Gen.OneOf(pieces.Array[0, 40].Select(string.Concat), Gen.String[Gen.Char, 0, 60]).Sample(
            text =>
            {
                try
                {
                    ManifestReader.Read(text, "x");
                    ManifestReader.Read("{" + text, "x");
                }
                catch (TsfException refusal)
                {
                    Assert.Equal("TSF7020", refusal.Code);
                }
            },
            iter: 10_000, threads: 1);
    }

    private static Gen<JsonNode?> Members(Gen<JsonNode?> value) => Gen.Select(Text, value).Array[0, 4].Select(pairs =>
    {
        var members = new JsonObject();
        foreach (var (name, member) in pairs)
        {
            members[name] = member?.DeepClone();
        }

        return (JsonNode?)members;
    });

    private static JsonObject Object(JsonNode? value) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "A",
        ["metadata"] = new JsonObject { ["name"] = "a" },
        ["v"] = value?.DeepClone(),
    };

    private static JsonObject Read(string text) => Assert.Single(ManifestReader.Read(text, "x")).Manifest.Content;

    /// <summary>Names quoted, texts quoted, the rest plain: an independent, plain writer of block style.</summary>
    private static void Write(JsonNode? value, int indent, StringBuilder text)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } members:
                foreach (var (name, member) in members)
                {
                    text.Append('\n').Append(' ', indent).Append(Quoted(name)).Append(": ");
                    Write(member, indent + 2, text);
                }

                break;
            case JsonArray { Count: > 0 } items:
                foreach (var item in items)
                {
                    text.Append('\n').Append(' ', indent).Append("- ");
                    Write(item, indent + 2, text);
                }

                break;
            default:
                text.Append(value is JsonValue leaf && leaf.TryGetValue<string>(out var words) ? Quoted(words) : value?.ToJsonString() ?? "null");
                break;
        }
    }

    private static IEnumerable<(ManifestPath Path, string Name)> Parts(JsonNode? value, ManifestPath path) => value switch
    {
        JsonObject members => members.SelectMany(member => Parts(member.Value, path.Member(member.Key)).Prepend((path.Member(member.Key), member.Key))),
        JsonArray items => items.SelectMany((item, index) => Parts(item, path.Item(index))),
        _ => [],
    };

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            quoted.Append(character switch
            {
                '"' or '\\' => $"\\{character}",
                < ' ' or '\u0085' or '\u2028' or '\u2029' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => character.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
