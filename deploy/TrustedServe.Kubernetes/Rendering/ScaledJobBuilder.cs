using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the ScaledJob: an instance for each message, which ends with it.</summary>
internal static class ScaledJobBuilder
{
    private const int Polling = 10;
    private const int SlowerThanMeasured = 10;
    private const int History = 5;

    public static AnnotatedManifest Build(RenderContext context, QueueTriggerDescription queue)
    {
        var (template, comments) = PodTemplateBuilder.Build(context);
        var (trigger, why) = QueueTriggerBuilder.Job(context, queue);
        var deadline = PodTemplateBuilder.CreateSeconds(context) + (SlowerThanMeasured * queue.JobSeconds);
        var draft = context.Draft("keda.sh/v1alpha1", "ScaledJob");
        draft["spec"] = new JsonObject
        {
            ["jobTargetRef"] = new JsonObject
            {
                ["parallelism"] = 1,
                ["completions"] = 1,
                ["backoffLimit"] = 0,
                ["activeDeadlineSeconds"] = deadline,
                ["template"] = template,
            },
            ["pollingInterval"] = Polling,
            ["successfulJobsHistoryLimit"] = History,
            ["failedJobsHistoryLimit"] = History,
            ["maxReplicaCount"] = context.Description.Scaling.Max,
            ["rollout"] = new JsonObject { ["strategy"] = "gradual" },
            ["scalingStrategy"] = new JsonObject { ["strategy"] = "default" },
            ["triggers"] = new JsonArray(trigger),
        };
        draft.Comment("/spec/jobTargetRef/backoffLimit", "The queue tries again, not the job: a message that fails is delivered again, to the poison queue in the end.");
        draft.Comment("/spec/jobTargetRef/activeDeadlineSeconds", string.Create(
            CultureInfo.InvariantCulture, $"{PodTemplateBuilder.CreateSeconds(context)} s to start and ten times the measured {queue.JobSeconds} s: a job that hangs ends, and its message comes back."));
        draft.Comment("/spec/jobTargetRef/template", comments);
        draft.Comment("/spec/rollout", "A change of this object lets running jobs finish.");
        draft.Comment("/spec/triggers/0", why);
        draft.Comment("", "No probes: the instance has no listener, and its exit code says what became of the message.");
        return draft.Build();
    }
}
