using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the trigger on the seconds of work that instances estimate to have before them. It cannot start the first one.</summary>
internal static class WorkTriggerBuilder
{
    public static (JsonObject Trigger, string Why) Build(RenderContext context, ModelDescription model)
    {
        var goal = context.Description.Scaling.GoalSeconds;
        return (new JsonObject
        {
            ["type"] = "metrics-api",
            ["name"] = $"work-{model.Name}",
            ["metricType"] = "AverageValue",
            ["metadata"] = new JsonObject
            {
                ["url"] = string.Create(
                    CultureInfo.InvariantCulture,
                    $"http://{context.HeadlessService}.{context.Namespace}.svc.cluster.local:{ImageContract.HealthPort}{ImageContract.ScalingPath}{model.Name}"),
                ["valueLocation"] = ImageContract.InstanceSecondsLocation,
                ["targetValue"] = goal.ToString(CultureInfo.InvariantCulture),
                ["aggregateFromKubeServiceEndpoints"] = "true",
                ["aggregationType"] = "sum",
            },
        }, $"Estimated seconds of work for {model.Name}, summed over all instances (KEDA would ask one of them otherwise) and divided by {goal} s for each: long texts count for more than short ones, which a number of requests does not say. Served by the instances, so it can only add to what is there.");
    }
}
