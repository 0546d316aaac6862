using System.Text.Json;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether the rules of a broker whose policy lies in a ConfigMap or Secret name the container.</summary>
internal static class BrokerRuleCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        from data in scope.OfKind("ConfigMap").Concat(scope.OfKind("Secret"))
        from entry in DataObject.Entries(data)
        from rule in Unpinned(entry.Text)
        select entry.Node.Found(CheckCodes.RuleWithoutMrConfigId, $"entry '{entry.Name}': rule '{rule}' has neither mr_config_id nor init_data");

    private static List<string> Unpinned(string? text)
    {
        var names = new List<string>();
        if (text is null || !text.Contains("\"tdx\"", StringComparison.Ordinal))
        {
            return names;
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = StrictJson.MaxDepth });
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("rules", out var rules) && rules.ValueKind == JsonValueKind.Array)
            {
                names.AddRange(rules.EnumerateArray().Where(IsUnpinned).Select(rule => rule.TryGetProperty("name", out var name) ? name.ToString() : "?"));
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No policy that the broker reads either.
        }

        return names;
    }

    private static bool IsUnpinned(JsonElement rule) => rule.ValueKind == JsonValueKind.Object
        && rule.TryGetProperty("tdx", out var tdx) && tdx.ValueKind == JsonValueKind.Object
        && !tdx.TryGetProperty("mr_config_id", out _) && !tdx.TryGetProperty("init_data", out _);
}
