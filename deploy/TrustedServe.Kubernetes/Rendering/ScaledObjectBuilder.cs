using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the ScaledObject of instances that stay, with every number explained.</summary>
internal static class ScaledObjectBuilder
{
    private const int Polling = 10;
    private const int LeastStabilisation = 300;
    private const int MostStabilisation = 3600;
    private const int MostPeriod = 1800;

    public static AnnotatedManifest Build(RenderContext context)
    {
        var scaling = context.Description.Scaling;
        var cold = context.Description.Instance.ColdStartSeconds;
        var draft = context.Draft("keda.sh/v1alpha1", "ScaledObject");
        var spec = new JsonObject
        {
            ["scaleTargetRef"] = new JsonObject { ["name"] = context.Name },
            ["pollingInterval"] = Polling,
            ["cooldownPeriod"] = context.CooldownSeconds,
            ["initialCooldownPeriod"] = cold,
        };
        draft.Comment("/spec/pollingInterval", $"Seconds between looks while there is no instance: how long the first work waits unseen, against a cold start of {cold} s.");
        draft.Comment("/spec/cooldownPeriod", $"Seconds without work before the last instance ends: ending is cheap, but the next request then waits {cold} s.");
        if (scaling is { ScaleToZero: true, Min: > 0 })
        {
            spec["idleReplicaCount"] = 0;
            draft.Comment("/spec/idleReplicaCount", "None while there is no work; minReplicaCount while there is.");
        }

        spec["minReplicaCount"] = scaling.Min;
        spec["maxReplicaCount"] = scaling.Max;
        if (context.MayBeNone && context.Description.Triggers.Http is not null)
        {
            draft.Comment("/spec/maxReplicaCount", "No fallback: without an instance nobody says how much work there is, KEDA takes that for a failure, and a fallback would start an instance again each time the last one has ended. The autoscaler itself scales nothing in while a number is missing.");
        }
        else
        {
            spec["fallback"] = new JsonObject
            {
                ["failureThreshold"] = 3,
                ["replicas"] = Math.Max(1, scaling.Min),
                ["behavior"] = "currentReplicasIfHigher",
            };
            draft.Comment("/spec/fallback", "When a source of numbers fails more than three times: what is there stays. Nobody is scaled in because a number is missing.");
        }

        spec["advanced"] = new JsonObject { ["horizontalPodAutoscalerConfig"] = new JsonObject { ["behavior"] = Behaviour(context, draft) } };
        spec["triggers"] = Triggers(context, draft);
        draft["spec"] = spec;
        draft.Comment("", "The autoscaler takes the trigger that asks for most instances; an instance is started from none by those that see work without one.");
        return draft.Build();
    }

    private static JsonObject Behaviour(RenderContext context, ManifestDraft draft)
    {
        var cold = context.Description.Instance.ColdStartSeconds;
        var window = Math.Clamp(2 * cold, LeastStabilisation, MostStabilisation);
        var grow = Math.Min(cold, MostPeriod);
        draft.Comment("/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown", $"The greatest wish of the last {window} s counts, and one instance ends at a time: an instance that ends hands back or finishes what it has within its {context.GraceSeconds} s of grace.");
        draft.Comment("/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleUp", $"At once, and at most twice as many within a cold start of {cold} s: what was just started must have a chance to take work before more is asked for.");
        return new JsonObject
        {
            ["scaleDown"] = new JsonObject
            {
                ["stabilizationWindowSeconds"] = window,
                ["policies"] = new JsonArray(Policy("Pods", 1, Math.Min(context.GraceSeconds, MostPeriod))),
            },
            ["scaleUp"] = new JsonObject
            {
                ["stabilizationWindowSeconds"] = 0,
                ["policies"] = new JsonArray(Policy("Percent", 100, grow), Policy("Pods", 2, grow)),
                ["selectPolicy"] = "Max",
            },
        };
    }

    private static JsonObject Policy(string type, int value, int period) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = period };

    private static JsonArray Triggers(RenderContext context, ManifestDraft draft)
    {
        var triggers = new JsonArray();
        if (context.Description.Triggers.Http is { } http)
        {
            if (http.Scaler != HttpScaler.Instances)
            {
                Add(http.Scaler == HttpScaler.Interceptor ? HttpTriggerBuilder.Interceptor(context) : HttpTriggerBuilder.Prometheus(context, http.Prometheus!));
            }

            foreach (var model in context.Description.Models)
            {
                Add(WorkTriggerBuilder.Build(context, model));
            }
        }

        if (context.Description.Triggers.Queue is { } queue)
        {
            Add(QueueTriggerBuilder.Service(context, queue));
        }

        if (context.Description.Scaling.Floor is { } floor)
        {
            Add(FloorTriggerBuilder.Build(floor));
        }

        return triggers;

        void Add((JsonObject Trigger, string Why) built)
        {
            draft.Comment(string.Create(CultureInfo.InvariantCulture, $"/spec/triggers/{triggers.Count}"), built.Why);
            triggers.Add(built.Trigger);
        }
    }
}
