using System.Globalization;
using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the pod template that Deployment and ScaledJob share: a pod is one trust domain with front end and workers in one container.</summary>
internal static class PodTemplateBuilder
{
    /// <summary>Annotation that carries the initdata document.</summary>
    public const string InitDataAnnotationName = "io.katacontainers.config.hypervisor.cc_init_data";

    private const string Hypervisor = "io.katacontainers.config.hypervisor.";
    private const int StartupPeriod = 5;
    private const int StartupTimes = 3;

    /// <summary>The template, and its explanations relative to it.</summary>
    public static (JsonObject Template, IReadOnlyList<ManifestComment> Comments) Build(RenderContext context)
    {
        var comments = new List<ManifestComment>();
        var spec = new JsonObject
        {
            ["runtimeClassName"] = context.RuntimeClass,
            ["serviceAccountName"] = context.Name,
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["terminationGracePeriodSeconds"] = context.GraceSeconds,
            ["securityContext"] = new JsonObject
            {
                ["runAsNonRoot"] = true,
                ["runAsUser"] = ImageContract.User,
                ["runAsGroup"] = ImageContract.User,
                ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
            },
            ["containers"] = new JsonArray(Container(context, comments)),
            ["volumes"] = new JsonArray([.. context.Container.Volumes.Select(volume => new JsonObject
            {
                ["name"] = volume.Name,
                ["emptyDir"] = new JsonObject { ["medium"] = "Memory", ["sizeLimit"] = volume.Size.ToString() },
            })]),
        };
        if (context.IsJob)
        {
            spec["restartPolicy"] = "Never";
        }
        else
        {
            spec["topologySpreadConstraints"] = new JsonArray(new JsonObject
            {
                ["maxSkew"] = 1,
                ["topologyKey"] = "kubernetes.io/hostname",
                ["whenUnsatisfiable"] = "ScheduleAnyway",
                ["labelSelector"] = new JsonObject { ["matchLabels"] = context.Selector() },
            });
            comments.Add(new("/spec/topologySpreadConstraints", "Instances on different machines where there are enough; better on one machine than not at all."));
        }

        comments.Add(new("/spec/enableServiceLinks", "Variables for every service of the namespace would change the environment, which the agent policy pins."));
        comments.Add(new("/spec/terminationGracePeriodSeconds", "What Drain:GraceSeconds says inside: time to finish or hand back what is in hand."));
        comments.Add(new("/spec/volumes/0", "Plaintext weights: memory of the guest, counted in the container's limit and so in the guest's size. A volume without medium Memory may be a disk."));
        comments.Add(new("/spec/volumes/1", "Sockets and temporary files; the root file system is read-only."));
        return (new JsonObject { ["metadata"] = new JsonObject { ["labels"] = context.Labels(), ["annotations"] = Annotations(context, comments) }, ["spec"] = spec }, comments);
    }

    private static JsonObject Annotations(RenderContext context, List<ManifestComment> comments)
    {
        var annotations = new JsonObject();
        if (context.Guest is { DefaultProcessors: { } processors, DefaultMemory: { } memory })
        {
            annotations[Hypervisor + "default_vcpus"] = processors;
            annotations[Hypervisor + "default_memory"] = memory;
        }

        if (context.Description.Trust.PublishEvidence)
        {
            annotations[Hypervisor + "kernel_params"] = "agent.guest_components_rest_api=all";
            comments.Add(new("/metadata/annotations/io.katacontainers.config.hypervisor.kernel_params", "The guest API gives evidence beside resources. This changes the measured kernel command line, so rtmr2 of the description is that of a guest started so."));
        }

        annotations["io.katacontainers.config.runtime.create_container_timeout"] = CreateSeconds(context).ToString(CultureInfo.InvariantCulture);
        annotations[InitDataAnnotationName] = InitDataAnnotation.Write(context.InitData.Bytes.Span);
        comments.Add(new("/metadata/annotations", context.Guest.Arithmetic));
        comments.Add(new(
            "/metadata/annotations/io.katacontainers.config.runtime.create_container_timeout",
            "Seconds for pulling the image inside the guest and starting; 60 unless said. The kubelet's runtimeRequestTimeout must not be shorter."));
        comments.Add(new(
            $"/metadata/annotations/{InitDataAnnotationName}",
            $"The initdata document (base64 of gzip): broker, image policy, agent policy. MRCONFIGID of the guest is its SHA-384: {context.MrConfigId}"));
        return annotations;
    }

    /// <summary>What creating a container may take: three cold starts, at least two minutes.</summary>
    public static int CreateSeconds(RenderContext context) => Math.Max(120, StartupTimes * context.Description.Instance.ColdStartSeconds);

    private static JsonObject Container(RenderContext context, List<ManifestComment> comments)
    {
        const string Place = "/spec/containers/0";
        var container = new JsonObject
        {
            ["name"] = context.Container.Name,
            ["image"] = context.Container.Image,
            ["command"] = new JsonArray(context.Container.Arguments[0]),
        };
        if (context.Container.Arguments.Count > 1)
        {
            container["args"] = new JsonArray([.. context.Container.Arguments.Skip(1).Select(argument => (JsonNode)argument)]);
        }

        container["env"] = new JsonArray([.. context.Container.Environment.Select(variable => new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value })]);
        if (!context.IsJob)
        {
            container["ports"] = Ports(context);
            AddProbes(context, container, comments);
        }

        container["resources"] = new JsonObject { ["requests"] = Sizes(context), ["limits"] = Sizes(context) };
        container["securityContext"] = new JsonObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["readOnlyRootFilesystem"] = true,
            ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
        };
        container["volumeMounts"] = new JsonArray([.. context.Container.Volumes.Select(volume => new JsonObject { ["name"] = volume.Name, ["mountPath"] = volume.Path })]);
        comments.Add(new(Place, "Front end and workers share the pod: one trust domain, sockets between them. The front end starts the workers and splits the cores:\n" + InstancePlan.Text(context.Plan).TrimEnd()));
        comments.Add(new($"{Place}/image", "By digest: the guest pulls it itself, and the agent policy starts this one alone."));
        comments.Add(new($"{Place}/env", "All of it is pinned by the agent policy, and all of it only tunes: what decides trust comes with initdata and the released settings resource."));
        comments.Add(new($"{Place}/resources", $"Requests = limits, whole cores: class Guaranteed, so the cores are exclusive. Memory: {context.Budget.Arithmetic}."));
        return container;
    }

    private static JsonArray Ports(RenderContext context)
    {
        var ports = new JsonArray();
        if (context.Description.Triggers.Http is not null)
        {
            ports.Add(new JsonObject { ["name"] = "http", ["containerPort"] = ImageContract.HttpPort });
        }

        ports.Add(new JsonObject { ["name"] = "health", ["containerPort"] = ImageContract.HealthPort });
        return ports;
    }

    private static void AddProbes(RenderContext context, JsonObject container, List<ManifestComment> comments)
    {
        var cold = context.Description.Instance.ColdStartSeconds;
        var failures = ((StartupTimes * cold) + StartupPeriod - 1) / StartupPeriod;
        container["startupProbe"] = Probe(ImageContract.StartupProbe, StartupPeriod, failures);
        container["readinessProbe"] = Probe(ImageContract.ReadyProbe, 5, 2);
        container["livenessProbe"] = Probe(ImageContract.LiveProbe, 10, 6);
        comments.Add(new(
            "/spec/containers/0/startupProbe",
            string.Create(CultureInfo.InvariantCulture, $"Over HTTP, since the agent policy refuses exec. A cold start was measured as {cold} s; {failures} tries every {StartupPeriod} s allow {StartupTimes} times that.")));
        comments.Add(new("/spec/containers/0/livenessProbe", "A minute without an answer: the guest hangs. A failing model is the front end's matter, which starts its worker again."));
    }

    private static JsonObject Probe(string path, int period, int failures) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = "health" },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = 5,
        ["failureThreshold"] = failures,
    };

    private static JsonObject Sizes(RenderContext context) => new()
    {
        ["cpu"] = context.Guest.Cores.ToString(CultureInfo.InvariantCulture),
        ["memory"] = context.Guest.ContainerMemory.ToString(),
    };
}
