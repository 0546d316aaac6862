using System.Globalization;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Settings;

/// <summary>
/// What this host shares with the Azure Functions host: the parts of host.json that both read. Everything else in that
/// file belongs to the other host and is left alone.
/// </summary>
public sealed record HostJson
{
    /// <summary>What stands before every route, without slashes at its ends; default none.</summary>
    public string RoutePrefix { get; init; } = string.Empty;

    /// <summary>The queue trigger's part.</summary>
    public QueueHostSettings Queues { get; init; } = new();

    /// <summary>Reads a host.json.</summary>
    /// <exception cref="TsfException">TSF0008 when the file cannot be read, TSF0002 naming every value that is not valid.</exception>
    public static HostJson Read(string path)
    {
        using var document = JsonSettings.ReadFile(path);
        return From(document.RootElement, path);
    }

    /// <summary>Takes the shared part out of a host.json.</summary>
    internal static HostJson From(JsonElement root, string name)
    {
        var problems = new List<string>();
        if (!root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.String || version.GetString() != "2.0")
        {
            problems.Add("version: must be \"2.0\"");
        }

        var defaults = new QueueHostSettings();
        var queues = Part(root, "extensions", "queues");
        var result = new HostJson
        {
            RoutePrefix = Text(Part(root, "extensions", "http"), "routePrefix", string.Empty).Trim('/'),
            Queues = new QueueHostSettings
            {
                Base64Messages = Text(queues, "messageEncoding", "none") switch
                {
                    "none" => false,
                    "base64" => true,
                    _ => Problem("messageEncoding: must be \"none\" or \"base64\"", false),
                },
                BatchSize = Integer(queues, "batchSize", defaults.BatchSize, 32),
                MaxDequeueCount = Integer(queues, "maxDequeueCount", defaults.MaxDequeueCount, 100),
                VisibilityTimeout = TimeSpan.TryParse(Text(queues, "visibilityTimeout", defaults.VisibilityTimeout.ToString()), CultureInfo.InvariantCulture, out var timeout)
                    && timeout >= TimeSpan.FromSeconds(1) && timeout <= TimeSpan.FromDays(7)
                        ? timeout
                        : Problem("visibilityTimeout: must be hh:mm:ss, 1 second to 7 days", defaults.VisibilityTimeout),
            },
        };
        return problems.Count == 0 ? result : throw TsfErrors.InvalidSettings.With($"{name}: {string.Join("; ", problems)}.");

        T Problem<T>(string problem, T instead)
        {
            problems.Add(problem);
            return instead;
        }

        string Text(JsonElement? part, string key, string instead) => part is not { } element || !element.TryGetProperty(key, out var value)
            ? instead
            : value.ValueKind == JsonValueKind.String ? value.GetString()! : Problem($"{key}: must be a string", instead);

        int Integer(JsonElement? part, string key, int instead, int greatest) => part is not { } element || !element.TryGetProperty(key, out var value)
            ? instead
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= greatest
                ? number
                : Problem($"{key}: must be a whole number, 1 to {greatest}", instead);
    }

    private static JsonElement? Part(JsonElement root, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(name, out root))
            {
                return null;
            }
        }

        return root.ValueKind == JsonValueKind.Object ? root : null;
    }
}
