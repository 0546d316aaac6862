using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Manifests;

public sealed class ManifestReaderTests
{
    private const string Pod = """
        # a comment
        apiVersion: v1
        kind: Pod
        metadata:
          name: one
          namespace: models
          annotations:
            a.b/c: "it's"
        spec:
          containers:
          - name: first
            image: example.invalid/a:1
          - name: second
            args: ["--x", '5', 5, 5.5, true, null, ~]
        """;

    [Fact]
    public void Reads_an_object_with_its_identity_and_types()
    {
        var (manifest, _) = Assert.Single(ManifestReader.Read(Pod, "pod.yaml"));
        Assert.Equal(("v1", "Pod", "models", "one"), (manifest.ApiVersion, manifest.Kind, manifest.Namespace, manifest.Name));
        Assert.Equal("""["--x","5",5,5.5,true,null,null]""", manifest.Content["spec"]!["containers"]![1]!["args"]!.ToJsonString());
    }

    [Theory]
    [InlineData("", 2, 1)]
    [InlineData("metadata.name", 5, 3)]
    [InlineData("metadata.annotations['a.b/c']", 8, 5)]
    [InlineData("spec.containers[0]", 11, 5)]
    [InlineData("spec.containers[1].args[1]", 14, 19)]
    [InlineData("spec.containers[1].args", 14, 5)]
    [InlineData("spec.containers[1].resources.limits.cpu", 13, 5)]
    [InlineData("spec.runtimeClassName", 9, 1)]
    public void Knows_the_place_of_a_part_or_of_the_nearest_there_is(string path, int line, int column)
    {
        var (_, positions) = Assert.Single(ManifestReader.Read(Pod, "pod.yaml"));
        Assert.Equal(new ManifestPosition("pod.yaml", line, column), positions.At(ManifestPath.Parse(path)));
    }

    [Fact]
    public void Knows_the_places_in_JSON_too()
    {
        var text = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n \"metadata\": {\"name\": \"é\", \"labels\":\n{\"a\": \"b\"}}}";
        var (_, positions) = Assert.Single(ManifestReader.Read(text, "-"));
        Assert.Equal(new ManifestPosition("-", 2, 28), positions.At(ManifestPath.Parse("metadata.labels"))!);
        Assert.Equal(new ManifestPosition("-", 3, 2), positions.At(ManifestPath.Parse("metadata.labels.a"))!);
    }

    [Fact]
    public void Takes_documents_and_lists_apart()
    {
        var text = """
            ---
            {apiVersion: v1, kind: Secret, metadata: {name: a}}
            ---
            # nothing but a comment, as templates leave it
            ---
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Service, metadata: {name: b}}
            - {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: c}}]}
            ...
            """;
        var found = ManifestReader.Read(text, "all.yaml");
        Assert.Equal(["Secret/a", "Service/b", "Pod/c"], found.Select(document => document.Manifest.ToString()));
        Assert.Equal(new ManifestPosition("all.yaml", 9, 35), found[1].Positions.At(ManifestPath.Parse("metadata")));
        Assert.All(found, document => Assert.Null(document.Manifest.Content.Parent));
    }

    [Fact]
    public void Reads_JSON_values_that_follow_each_other()
    {
        var found = ManifestReader.Read("""{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}} {"apiVersion":"v1","kind":"B","metadata":{"name":"\ud83d\ude00"}}""", "-");
        Assert.Equal(["A/a", "B/😀"], found.Select(document => document.Manifest.ToString()));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("# nothing", 0)]
    [InlineData("---\n---\n", 0)]
    [InlineData("\uFEFFapiVersion: v1\nkind: A\nmetadata: {name: a}", 1)]
    public void Reads_what_has_nothing_or_a_mark_before_it(string text, int count) => Assert.Equal(count, ManifestReader.Read(text, "-").Count);

    [Theory]
    [InlineData("12", "12")]
    [InlineData("-12", "-12")]
    [InlineData("+12", "12")]
    [InlineData("0", "0")]
    [InlineData("0o17", "15")]
    [InlineData("0x1F", "31")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("1.5", "1.5")]
    [InlineData(".5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("True", "true")]
    [InlineData("FALSE", "false")]
    [InlineData("NULL", "null")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("tRue", "\"tRue\"")]
    [InlineData("y", "\"y\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("2001-01-01", "\"2001-01-01\"")]
    [InlineData("64Gi", "\"64Gi\"")]
    [InlineData("500m", "\"500m\"")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData("- 1", "[1]")]
    [InlineData("'0644'", "\"0644\"")]
    [InlineData("!!str 5", "\"5\"")]
    [InlineData("! 5", "\"5\"")]
    [InlineData("!!int '5'", "5")]
    [InlineData("|\n  a\n  b\n", "\"a\\nb\\n\"")]
    public void Gives_plain_scalars_the_types_of_the_core_schema(string scalar, string json)
    {
        var value = Content(scalar.StartsWith("- ", StringComparison.Ordinal) ? $"v:\n{scalar}" : $"v: {scalar}")["v"];
        Assert.Equal(json, value?.ToJsonString() ?? "null");
    }

    [Theory]
    [InlineData("v: 0644", "YAML 1.1")]
    [InlineData("v: yes", "YAML 1.1")]
    [InlineData("v: Off", "YAML 1.1")]
    [InlineData("v: 1_000", "YAML 1.1")]
    [InlineData("v: 0b11", "YAML 1.1")]
    [InlineData("v: -0x10", "YAML 1.1")]
    [InlineData("v: .inf", "JSON can hold")]
    [InlineData("v: .NaN", "JSON can hold")]
    [InlineData("v: 1e999", "JSON can hold")]
    [InlineData("v: 0xffffffffffffffff", "JSON can hold")]
    [InlineData("v: 9223372036854775808", "JSON can hold")]
    [InlineData("v: 1\nv: 2", "twice")]
    [InlineData("v: {a: 1, 'a': 2}", "twice")]
    [InlineData("? [a]\n: 1", "must be a text")]
    [InlineData("~: 1", "no text")]
    [InlineData("on: 1", "YAML 1.1")]
    [InlineData("v: &a [1]\nw: *a", "aliases")]
    [InlineData("v: !!binary aGk=", "tag")]
    [InlineData("v: !!int text", "not a number")]
    [InlineData("v: !mine {a: 1}", "tag")]
    [InlineData("v: [1", "not YAML")]
    [InlineData("v: 'open", "not YAML")]
    [InlineData("v: {{ .Values.image }}", "must be a text")]
    [InlineData("v:\n{{- if .Values.x }}\n  w: 1", "template")]
    public void Refuses_with_the_place(string member, string reason)
    {
        var refusal = Refused($"apiVersion: v1\nkind: A\nmetadata: {{name: a}}\n{member}");
        Assert.Contains(reason, refusal.Message);
        Assert.Matches(@"^x\.yaml:[4-9]:\d+: ", refusal.Message);
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("text", "object")]
    [InlineData("...\n---\n", "not YAML")]
    [InlineData("&a !!0x]---\n\\u12>-\n&a ~>-\n", "not YAML")]
    [InlineData("kind: A\nmetadata: {name: a}", "apiVersion")]
    [InlineData("apiVersion: v1\nmetadata: {name: a}", "kind")]
    [InlineData("apiVersion: v1\nkind: A", "metadata")]
    [InlineData("apiVersion: v1\nkind: A\nmetadata: {generateName: a}", "name")]
    [InlineData("apiVersion: v1\nkind: A\nmetadata: {name: 5}", "name")]
    [InlineData("apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: ''}", "namespace")]
    [InlineData("apiVersion: v1\nkind: List\nitems: {}", "items")]
    [InlineData("apiVersion: v1\nkind: List\nitems: [5]", "object")]
    [InlineData("{\"apiVersion\":\"v1\",\"apiVersion\":\"v1\"}", "twice")]
    [InlineData("{\"apiVersion\":\"\\ud800\"}", "surrogate")]
    [InlineData("{\"apiVersion\":1e999}", "double")]
    [InlineData("{\"apiVersion\":", "not JSON")]
    [InlineData("{\"apiVersion\":1,}", "not JSON")]
    public void Refuses_what_is_no_object(string text, string reason) => Assert.Contains(reason, Refused(text).Message);

    [Fact]
    public void Refuses_half_of_a_surrogate_pair() => Assert.Contains("surrogate", Refused("{\"apiVersion\":\"\ud800\"}").Message);

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    [InlineData("{a: ", "}")]
    public void Refuses_what_is_nested_too_deep(string open, string close)
    {
        foreach (var depth in (int[])[100, 100_000])
        {
            var nested = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
            Refused(nested);
            Refused("apiVersion: v1\nv: " + nested);
            Refused("{\"v\":" + nested + "}");
        }
    }

    [Fact]
    public void Reads_what_is_nested_as_deep_as_allowed()
    {
        // The object and its member are two levels, the number one.
        var depth = ManifestReader.MaxDepth - 2;
        var nested = new string('[', depth) + "1" + new string(']', depth);
        Assert.Equal(nested, Content("v: " + nested)["v"]!.ToJsonString());
        Assert.Contains("deeper", Refused($"apiVersion: v1\nv: [{nested}]").Message);
        Assert.Contains("deeper", Refused($$"""{"apiVersion":"v1","v":[{{nested}}]}""").Message);
    }

    [Fact]
    public void Refuses_what_is_too_much()
    {
        Assert.Contains("characters", Refused(new string('#', ManifestReader.MaxLength + 1)).Message);
        Assert.Contains("documents", Refused(string.Concat(Enumerable.Repeat("---\n", ManifestReader.MaxDocuments + 2))).Message);
        Assert.Contains("values", Refused("v: [" + string.Concat(Enumerable.Repeat("1,", ManifestReader.MaxValues)) + "]").Message);
        Assert.Contains("values", Refused("{\"v\":[" + string.Concat(Enumerable.Repeat("1,", ManifestReader.MaxValues)) + "1]}").Message);
    }

    private static System.Text.Json.Nodes.JsonObject Content(string members) =>
        Assert.Single(ManifestReader.Read($"apiVersion: v1\nkind: A\nmetadata: {{name: a}}\n{members}", "x.yaml")).Manifest.Content;

    private static TsfException Refused(string text)
    {
        var refusal = Assert.Throws<TsfException>(() => ManifestReader.Read(text, "x.yaml"));
        Assert.Equal("TSF7020", refusal.Code);
        return refusal;
    }
}
