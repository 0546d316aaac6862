using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the trigger that keeps instances at certain hours.</summary>
internal static class FloorTriggerBuilder
{
    public static (JsonObject Trigger, string Why) Build(FloorDescription floor) => (new JsonObject
    {
        ["type"] = "cron",
        ["name"] = "floor",
        ["metadata"] = new JsonObject
        {
            ["timezone"] = floor.Timezone,
            ["start"] = floor.Start,
            ["end"] = floor.End,
            ["desiredReplicas"] = floor.Replicas.ToString(CultureInfo.InvariantCulture),
        },
    }, "A floor for the hours in which a cold start would be felt; the other triggers add to it.");
}
