using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace TrustedServe.Kubernetes.Tests.Support;

/// <summary>
/// Compares an object with KubernetesClient's type of its kind, strictly: a member that the type does not have is a problem, as is a
/// value of another kind. The client's own reader passes unknown members over.
/// </summary>
internal static class TypedModel
{
    private static readonly Dictionary<string, Type> Kinds = typeof(V1Pod).Assembly.GetTypes()
        .Select(type => (Type: type, Entity: type.GetCustomAttribute<KubernetesEntityAttribute>()))
        .Where(one => one.Entity is not null && !typeof(IItems<>).IsAssignableFrom(one.Type))
        .GroupBy(one => $"{(one.Entity!.Group is { Length: > 0 } group ? group + "/" : "")}{one.Entity.ApiVersion} {one.Entity.Kind}")
        .ToDictionary(group => group.Key, group => group.First().Type);

    private static readonly MethodInfo Reader = typeof(KubernetesJson).GetMethods().Single(method =>
        method.Name == nameof(KubernetesJson.Deserialize) && method.GetParameters() is [{ ParameterType: var source }, _] && source == typeof(string));

    /// <summary>The type of a kind; null when the client has none.</summary>
    public static Type? Find(string apiVersion, string kind) => Kinds.GetValueOrDefault($"{apiVersion} {kind}");

    /// <summary>Every problem.</summary>
    public static IReadOnlyList<string> Problems(Type type, JsonNode content)
    {
        var problems = new List<string>();
        Walk(type, content, "", problems);
        if (problems.Count == 0 && Reader.MakeGenericMethod(type).Invoke(null, [content.ToJsonString(), null]) is null)
        {
            problems.Add("the client reads nothing");
        }

        return problems;
    }

    private static void Walk(Type type, JsonNode? node, string path, List<string> problems)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (node is null)
        {
            problems.Add($"{path}: null");
        }
        else if (Element(type, typeof(IDictionary<,>), 1) is { } value)
        {
            foreach (var (name, member) in Expect<JsonObject>(node, path, problems) ?? [])
            {
                Walk(value, member, $"{path}/{name}", problems);
            }
        }
        else if (type != typeof(string) && Element(type, typeof(IList<>), 0) is { } item)
        {
            var index = 0;
            foreach (var member in Expect<JsonArray>(node, path, problems) ?? [])
            {
                Walk(item, member, $"{path}/{index++}", problems);
            }
        }
        else if (type == typeof(string) || type == typeof(ResourceQuantity))
        {
            Kind(node, path, problems, JsonValueKind.String);
            if (type == typeof(ResourceQuantity) && node.GetValueKind() == JsonValueKind.String && !Quantity(node.GetValue<string>()))
            {
                problems.Add($"{path}: {node} is no quantity");
            }
        }
        else if (type == typeof(bool))
        {
            Kind(node, path, problems, JsonValueKind.True, JsonValueKind.False);
        }
        else if (type == typeof(int) || type == typeof(long) || type == typeof(double))
        {
            Kind(node, path, problems, JsonValueKind.Number);
        }
        else if (type.Name == "IntOrString")
        {
            Kind(node, path, problems, JsonValueKind.Number, JsonValueKind.String);
        }
        else
        {
            WalkMembers(type, node, path, problems);
        }
    }

    private static void WalkMembers(Type type, JsonNode node, string path, List<string> problems)
    {
        var members = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (Property: property, Name: property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name))
            .Where(member => member.Name is not null)
            .ToDictionary(member => member.Name!, member => member.Property);
        foreach (var (name, member) in Expect<JsonObject>(node, path, problems) ?? [])
        {
            if (members.TryGetValue(name, out var property))
            {
                Walk(property.PropertyType, member, $"{path}/{name}", problems);
            }
            else
            {
                problems.Add($"{path}/{name}: {type.Name} has no such member");
            }
        }
    }

    private static bool Quantity(string text)
    {
        try
        {
            return new ResourceQuantity(text).ToDouble() >= 0;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private static Type? Element(Type type, Type generic, int argument) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == generic ? type.GetGenericArguments()[argument]
        : typeof(IEnumerable).IsAssignableFrom(type)
            ? type.GetInterfaces().FirstOrDefault(one => one.IsGenericType && one.GetGenericTypeDefinition() == generic)?.GetGenericArguments()[argument]
            : null;

    private static T? Expect<T>(JsonNode node, string path, List<string> problems)
        where T : JsonNode
    {
        if (node is not T)
        {
            problems.Add($"{path}: {typeof(T).Name} expected, {node.GetValueKind()} seen");
        }

        return node as T;
    }

    private static void Kind(JsonNode node, string path, List<string> problems, params JsonValueKind[] kinds)
    {
        if (!kinds.Contains(node.GetValueKind()))
        {
            problems.Add($"{path}: {string.Join(" or ", kinds)} expected, {node.GetValueKind()} seen");
        }
    }
}
