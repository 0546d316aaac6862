using System.Text.Json.Nodes;
using CsCheck;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Kubernetes.Tests.Support;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TrustedServe.Kubernetes.Tests.Manifests;

public sealed class ManifestWriterTests
{
    private const string Odd = "a\n :#-\t\"'\\é\u0085\u2028€";

    private static readonly string[] Traps =
    [
        "true", "No", "null", "~", "1e3", "0x1f", "12:30", "- a", "a: b", "a #b", "a\nb\n", "a\n\nb\n", " a\nb\n", "a\nb", "2026-11-28", "=", "<<", "*a", "&a", "!a", "%a", "@a", "`a", "| a", "> a", "{a", "[a", ",a", "?a", "😀", "a:", "a: ",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 12],
        Gen.String[Gen.Int[0, Odd.Length - 1].Select(at => Odd[at]), 0, 12],
        Gen.Int[0, Traps.Length - 1].Select(at => Traps[at]));

    private static readonly Gen<JsonNode?> Nodes = Gen.Recursive<JsonNode?>((depth, inner) => depth >= 4
        ? Texts.Select(text => (JsonNode?)text)
        : Gen.Frequency(
            (4, Texts.Select(text => (JsonNode?)text)),
            (1, Gen.Int.Select(number => (JsonNode?)number)),
            (1, Gen.Bool.Select(flag => (JsonNode?)flag)),
            (2, inner.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())]))),
            (3, Gen.Select(Texts, inner).Array[0, 4].Select(members => (JsonNode?)Object(members)))));

    [Fact]
    public void Any_tree_is_read_as_it_was_written() => Gen.Select(Texts, Nodes).Array[1, 4].Sample(members =>
    {
        var tree = Object(members);
        var read = Read(ManifestWriter.Write(tree, []));
        Assert.Equal(tree.ToJsonString(), read.ToJsonString());
    }, iter: 2_000);

    [Fact]
    public void Explanations_stand_before_what_they_explain()
    {
        var tree = JsonNode.Parse("""{"a":{"b":[{"c":1,"d":[]},"e"]},"x/y~z":{}}""")!.AsObject();
        var text = ManifestWriter.Write(tree, [new("", "whole"), new("/a/b/0/c", "first"), new("/a/b/0/d", "second"), new("/a/b/1", "third"), new("/x~1y~0z", "fourth")]);
        Assert.Equal("# whole\na:\n  b:\n  # first\n  - c: 1\n    # second\n    d: []\n  # third\n  - e\n# fourth\n\"x/y~z\": {}\n", text);
    }

    [Fact]
    public void Rejects_an_explanation_of_nothing() =>
        Assert.Throws<ArgumentException>(() => ManifestWriter.Write(new JsonObject { ["a"] = 1 }, [new("/b", "?")]));

    [Fact]
    public void Long_explanations_are_broken_into_lines()
    {
        var text = ManifestWriter.Write(new JsonObject { ["a"] = 1 }, [new("/a", string.Join(' ', Enumerable.Repeat("word", 60)))]);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 112));
        Assert.Equal(60, text.Split("word").Length - 1);
    }

    [Fact]
    public void What_is_rendered_is_read_as_the_objects_that_it_is()
    {
        foreach (var name in GoldenCase.Names)
        {
            var rendered = GoldenCase.Render(name);
            Assert.Equal(
                rendered.Manifests.Select(manifest => manifest.Content.ToJsonString()),
                rendered.ManifestsYaml().Split("---\n").Select(document => Read(document).ToJsonString()));
        }
    }

    private static JsonObject Object(IEnumerable<(string Name, JsonNode? Value)> members)
    {
        var tree = new JsonObject();
        foreach (var (name, value) in members)
        {
            tree[name] = value?.DeepClone();
        }

        return tree;
    }

    private static JsonNode Read(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Node(Assert.Single(stream.Documents).RootNode)!;
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => Object(map.Select(member => (((YamlScalarNode)member.Key).Value!, Node(member.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Node)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Style: ScalarStyle.Plain } scalar when int.TryParse(scalar.Value, out var number) => number,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" } => null,
        _ => ((YamlScalarNode)node).Value,
    };
}
