using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Support;

/// <summary>The rules in CEL of KEDA's schemas, each as code beside its text.</summary>
internal static class KedaRules
{
    private static readonly Dictionary<string, Func<JsonObject, bool>> ByText = new(StringComparer.Ordinal)
    {
        ["has(self.port) != has(self.portName)"] = self => Has(self, "port") != Has(self, "portName"),
        ["has(self.portName) != has(self.port)"] = self => Has(self, "portName") != Has(self, "port"),
        ["!(has(self.body) && has(self.bodyFromConfigMap))"] = self => !(Has(self, "body") && Has(self, "bodyFromConfigMap")),
        ["has(self.fallback) || has(self.placeholder)"] = self => Has(self, "fallback") || Has(self, "placeholder"),
        ["has(self.concurrency) || has(self.requestRate)"] = self => Has(self, "concurrency") || Has(self, "requestRate"),
        ["!has(self.minReplicaCount) || self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)"] = self =>
            !Has(self, "minReplicaCount") || (int)self["minReplicaCount"]! <= (Has(self, "maxReplicaCount") ? (int)self["maxReplicaCount"]! : 100),
    };

    /// <summary>The problem, if there is one.</summary>
    public static IEnumerable<string> Check(string rule, JsonObject self)
    {
        var text = string.Join(' ', rule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (!ByText.TryGetValue(text, out var holds))
        {
            yield return $"the rule '{text}' is not known here";
        }
        else if (!holds(self))
        {
            yield return $"the rule '{text}' does not hold";
        }
    }

    private static bool Has(JsonObject self, string member) => self.ContainsKey(member);
}
