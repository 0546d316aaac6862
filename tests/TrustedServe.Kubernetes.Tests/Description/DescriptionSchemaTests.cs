using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Description;

/// <summary>Keeps the shipped schema, the types and the reader together.</summary>
public sealed class DescriptionSchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(DescriptionSchema.Text)!;

    [Fact]
    public void Schema_and_types_have_the_same_members_and_defaults() => Compare(typeof(DeploymentDescription), Schema, "");

    [Fact]
    public void The_reader_reads_every_member_of_the_schema()
    {
        // Each member in turn has a mapping or a value where neither belongs: a reader that passed it over would call it unknown.
        var paths = Paths(Schema, "").ToList();
        Assert.InRange(paths.Count, 60, 200);
        foreach (var path in paths)
        {
            var refusal = Assert.Throws<TsfException>(() => GoldenCase.Read(Wrong(path.Split('/'))));
            var named = path.Replace("/[]", "[0]", StringComparison.Ordinal).Replace('/', '.');
            Assert.True(refusal.Message.Contains($" {named}", StringComparison.Ordinal), $"{named} is not refused: {refusal.Message}");
            Assert.DoesNotContain($"{named}: there is no such member", refusal.Message);
        }
    }

    [Fact]
    public void What_the_schema_requires_the_reader_misses()
    {
        var refusal = Assert.Throws<TsfException>(() => GoldenCase.Read("{}"));
        Assert.All(Schema["required"]!.AsArray(), member => Assert.Contains($" {member}: is missing", refusal.Message));
    }

    [Fact]
    public void Choices_are_those_that_the_reader_takes()
    {
        foreach (var (path, choices) in Choices(Schema, ""))
        {
            var refusal = Assert.Throws<TsfException>(() => GoldenCase.Read(Nest(path.Split('/'), "neither")));
            Assert.Contains($"must be {string.Join(", ", choices[..^1])} or {choices[^1]}", refusal.Message);
        }
    }

    private static void Compare(Type type, JsonNode schema, string path)
    {
        Assert.False((bool)schema["additionalProperties"]!);
        var properties = schema["properties"]!.AsObject();
        var members = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
        Assert.Equal(members.Keys.Order(), properties.Select(property => property.Key).Order());
        var required = members.Where(member => member.Value.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null).Select(member => member.Key);
        Assert.Equal([.. required.Append(path.Length == 0 ? "formatVersion" : "").Where(name => name.Length > 0).Order()], (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).Order());
        var defaults = Activator.CreateInstance(type);
        foreach (var (name, member) in properties)
        {
            var property = members[name];
            var inner = Resolve(member!);
            var element = Element(property.PropertyType);
            if (inner["properties"] is not null || inner["items"]?["properties"] is not null)
            {
                Compare(element, inner["properties"] is null ? inner["items"]! : inner, $"{path}/{name}");
            }
            else if (member!.AsObject().ContainsKey("default"))
            {
                Assert.Equal($"{path}/{name} {Text(property.GetValue(defaults))}", $"{path}/{name} {member["default"]?.ToJsonString() ?? "null"}");
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        RuntimeFlavour => "\"kata-qemu-tdx\"",
        Enum choice => $"\"{choice.ToString().ToLowerInvariant()}\"",
        string text => $"\"{text}\"",
        MemorySize size => $"\"{size}\"",
        IEnumerable list => $"[{string.Join(",", list.Cast<object>().Select(Text))}]",
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private static Type Element(Type type) => type.IsGenericType ? type.GetGenericArguments()[0] : type;

    private static JsonNode Resolve(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference ? Schema["$defs"]![reference["#/$defs/".Length..]]! : schema;

    private static IEnumerable<string> Paths(JsonNode schema, string path)
    {
        foreach (var (name, member) in schema["properties"]!.AsObject())
        {
            var here = path.Length == 0 ? name : $"{path}/{name}";
            yield return here;
            var inner = Resolve(member!);
            foreach (var more in inner["properties"] is not null ? Paths(inner, here) : inner["items"]?["properties"] is not null ? Paths(inner["items"]!, $"{here}/[]") : [])
            {
                yield return more;
            }
        }
    }

    private static IEnumerable<(string Path, string[] Choices)> Choices(JsonNode schema, string path) => Paths(schema, path)
        .Select(place => (place, At(place)["enum"]?.AsArray().Select(choice => (string)choice!).ToArray()))
        .Where(one => one.Item2 is not null)
        .Select(one => (one.place, one.Item2!));

    private static JsonNode At(string path)
    {
        var schema = Schema;
        foreach (var part in path.Split('/'))
        {
            schema = Resolve(part == "[]" ? schema["items"]! : schema["properties"]![part]!);
        }

        return schema;
    }

    private static string Wrong(string[] path)
    {
        var schema = At(string.Join('/', path));
        return Nest(path, schema["properties"] is not null || (string?)schema["type"] == "array" ? "text" : "{}");
    }

    private static string Nest(string[] path, string value)
    {
        foreach (var part in path.Reverse())
        {
            value = part == "[]" ? $"[{value}]" : $"{{ {part}: {value} }}";
        }

        return value;
    }
}
