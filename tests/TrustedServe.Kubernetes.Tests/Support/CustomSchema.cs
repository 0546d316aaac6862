using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace TrustedServe.Kubernetes.Tests.Support;

/// <summary>
/// Validates an object against the structural schema of a CustomResourceDefinition. Unknown members are problems, where a cluster
/// would prune them; a rule in CEL that <see cref="KedaRules"/> does not know is one too.
/// </summary>
internal sealed class CustomSchema
{
    private readonly YamlMappingNode root;

    private CustomSchema(YamlMappingNode root) => this.root = root;

    /// <summary>Reads the schema of one version.</summary>
    public static CustomSchema Load(string path, string version)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(path);
        stream.Load(reader);
        var versions = (YamlSequenceNode)Node(Node(stream.Documents[0].RootNode, "spec")!, "versions")!;
        return new CustomSchema((YamlMappingNode)Node(versions.Single(one => Text(one, "name") == version), "schema", "openAPIV3Schema")!);
    }

    /// <summary>Every problem.</summary>
    public IReadOnlyList<string> Problems(JsonNode content)
    {
        var problems = new List<string>();
        Walk(root, content, "", problems);
        return problems;
    }

    private static void Walk(YamlNode schema, JsonNode? node, string path, List<string> problems)
    {
        if (node is null)
        {
            problems.Add($"{path}: null");
            return;
        }

        CheckType(schema, node, path, problems);
        CheckBounds(schema, node, path, problems);
        switch (node)
        {
            case JsonObject members:
                WalkMembers(schema, members, path, problems);
                break;
            case JsonArray items when Node(schema, "items") is { } item:
                for (var i = 0; i < items.Count; i++)
                {
                    Walk(item, items[i], $"{path}/{i}", problems);
                }

                break;
        }

        foreach (var rule in (Node(schema, "x-kubernetes-validations") as YamlSequenceNode)?.Children ?? [])
        {
            problems.AddRange(KedaRules.Check(Text(rule, "rule")!, node.AsObject()).Select(problem => $"{path}: {problem}"));
        }
    }

    private static void WalkMembers(YamlNode schema, JsonObject members, string path, List<string> problems)
    {
        var properties = Node(schema, "properties") as YamlMappingNode;
        var others = Node(schema, "additionalProperties");
        foreach (var required in (Node(schema, "required") as YamlSequenceNode)?.Children ?? [])
        {
            if (!members.ContainsKey(((YamlScalarNode)required).Value!))
            {
                problems.Add($"{path}/{required} is missing");
            }
        }

        foreach (var (name, member) in members)
        {
            if (properties is not null && Node(properties, name) is { } known)
            {
                Walk(known, member, $"{path}/{name}", problems);
            }
            else if (others is YamlMappingNode)
            {
                Walk(others, member, $"{path}/{name}", problems);
            }
            else if (path != "/metadata" && Text(schema, "x-kubernetes-preserve-unknown-fields") != "true")
            {
                problems.Add($"{path}/{name}: there is no such member");
            }
        }
    }

    private static void CheckType(YamlNode schema, JsonNode node, string path, List<string> problems)
    {
        var kind = node.GetValueKind();
        var type = Text(schema, "x-kubernetes-int-or-string") == "true" ? "integer or string" : Text(schema, "type");
        var fits = type switch
        {
            null => true,
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => kind == JsonValueKind.Number && long.TryParse(node.ToJsonString(), out _),
            "number" => kind == JsonValueKind.Number,
            _ => kind is JsonValueKind.Number or JsonValueKind.String,
        };
        if (!fits)
        {
            problems.Add($"{path}: {type} expected, {kind} seen");
        }
    }

    private static void CheckBounds(YamlNode schema, JsonNode node, string path, List<string> problems)
    {
        var text = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
        var number = node.GetValueKind() == JsonValueKind.Number ? decimal.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : (decimal?)null;
        Check("minimum", number);
        Check("maximum", number);
        Check("minLength", text?.Length);
        Check("maxLength", text?.Length);
        Check("minItems", (node as JsonArray)?.Count);
        Check("maxItems", (node as JsonArray)?.Count);
        if (text is not null && Node(schema, "enum") is YamlSequenceNode choices && choices.All(choice => ((YamlScalarNode)choice).Value != text))
        {
            problems.Add($"{path}: '{text}' is none of {choices}");
        }

        if (text is not null && Text(schema, "pattern") is { } pattern && !Regex.IsMatch(text, pattern))
        {
            problems.Add($"{path}: '{text}' does not match {pattern}");
        }

        void Check(string bound, decimal? value)
        {
            if (value is { } seen && Text(schema, bound) is { } limit
                && decimal.Parse(limit, System.Globalization.CultureInfo.InvariantCulture) is var allowed
                && (bound.StartsWith("min", StringComparison.Ordinal) ? seen < allowed : seen > allowed))
            {
                problems.Add($"{path}: {bound} is {limit}, {seen} seen");
            }
        }
    }

    private static YamlNode? Node(YamlNode node, params string[] names)
    {
        foreach (var name in names)
        {
            if ((node as YamlMappingNode)?.Children.TryGetValue(new YamlScalarNode(name), out var next) != true)
            {
                return null;
            }

            node = next!;
        }

        return node;
    }

    private static string? Text(YamlNode node, string name) => (Node(node, name) as YamlScalarNode)?.Value;
}
