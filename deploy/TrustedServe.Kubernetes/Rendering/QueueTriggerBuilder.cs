using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the triggers on the length of the queue, which KEDA reads with its own identity.</summary>
internal static class QueueTriggerBuilder
{
    /// <summary>For instances that stay.</summary>
    public static (JsonObject Trigger, string Why) Service(RenderContext context, QueueTriggerDescription queue)
    {
        // The last of n messages is begun after n - 1 jobs.
        var messages = (queue.WaitSeconds / queue.JobSeconds) + 1;
        return (Trigger(context, queue, messages), string.Create(
            CultureInfo.InvariantCulture,
            $"{messages} message(s) an instance: with {queue.JobSeconds} s a job the last of them is begun within {queue.WaitSeconds} s. Strategy 'all' counts messages in hand too: with the visible ones alone an instance would be ended because it had taken its message. Works while there is no instance."));
    }

    /// <summary>For an instance a message.</summary>
    public static (JsonObject Trigger, string Why) Job(RenderContext context, QueueTriggerDescription queue) => (Trigger(context, queue, 1),
        "One instance a message. Strategy 'all' counts messages in hand, and scalingStrategy 'default' takes running jobs off: a job that still starts keeps its place, so none is started twice for one message.");

    private static JsonObject Trigger(RenderContext context, QueueTriggerDescription queue, int length) => new()
    {
        ["type"] = "azure-queue",
        ["name"] = "queue",
        ["metadata"] = new JsonObject
        {
            ["queueName"] = queue.Name,
            ["accountName"] = queue.Account,
            ["queueLength"] = length.ToString(CultureInfo.InvariantCulture),
            ["activationQueueLength"] = "0",
            ["queueLengthStrategy"] = "all",
        },
        ["authenticationRef"] = new JsonObject { ["name"] = context.KedaAuthentication },
    };
}
