using TrustedServe.Kubernetes.Description.Yaml;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Kubernetes.Description;

/// <summary>Reads <c>trustedserve.yaml</c>. Every problem is found before it refuses.</summary>
public static class DescriptionReader
{
    private const string HttpsRule = "must be an https address without user, query and fragment";
    private const string ResourceRule = "must be kbs:///repository/type/tag";
    private const string CidrRule = "must be addresses as CIDR, for example 10.0.0.0/16";
    private const string ContainerRule = "must be a container, or container/prefix";
    private const string RegisterRule = "must be 96 hex digits";

    /// <summary>Reads a file.</summary>
    /// <exception cref="TsfException">TSF0008, TSF7000 or TSF7001.</exception>
    public static DeploymentDescription ReadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = new byte[YamlDocument.MaxBytes + 1];
        int length;
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The description '{path}' cannot be read: {exception.Message}", exception);
        }

        return Read(bytes.AsSpan(0, length), Path.GetFileName(path));
    }

    /// <summary>Reads a document.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TsfException">TSF7000 when it is no YAML of the form that is read, TSF7001 with every problem.</exception>
    public static DeploymentDescription Read(ReadOnlySpan<byte> utf8, string file)
    {
        var problems = new DescriptionProblems();
        var description = MapReader.Read(YamlDocument.Parse(utf8, file, problems), "", problems, Root);
        problems.ThrowIfAny(file);
        return description!;
    }

    /// <summary>A job's instances come and go with messages, so nothing else may keep them.</summary>
    private static void CheckTogether(MapReader reader, TriggersDescription triggers, ScalingDescription scaling)
    {
        if (triggers.Queue?.Mode == QueueMode.Job && (scaling.Min > 0 || scaling.Floor is not null))
        {
            reader.Report("scaling", "min and floor have no meaning for instances that end with their message: they would find no message and end");
        }
    }

    private static DeploymentDescription Root(MapReader reader)
    {
        if (!reader.Has("formatVersion"))
        {
            reader.Report("formatVersion", "is missing: must be 1");
        }

        var (triggers, scaling) = (Triggers(reader), Scaling(reader));
        CheckTogether(reader, triggers, scaling);
        return new DeploymentDescription
        {
            FormatVersion = reader.Integer("formatVersion", DeploymentDescription.SupportedFormat, DeploymentDescription.SupportedFormat, DeploymentDescription.SupportedFormat),
            Name = reader.Required("name", ValueRules.Name, "must be 1 to 40 of a-z, 0-9 and -, beginning with a letter"),
            Namespace = reader.Text("namespace", ValueRules.Label, "must be 1 to 63 of a-z, 0-9 and -") ?? "trustedserve",
            Image = reader.Required("image", ValueRules.Image, "must be host/path@sha256:… by digest, without a tag: a tag names another image tomorrow"),
            Store = reader.Required("store", ValueRules.Store, "must be the https address of a blob container, without user, query and fragment", unsaid: true),
            Models = Models(reader),
            Instance = reader.Section("instance", Instance) ?? new(),
            Triggers = triggers,
            Scaling = scaling,
            Trust = reader.Section("trust", Trust, required: true) ?? Unread.Trust,
            Network = reader.Section("network", Network, required: true) ?? Unread.Network,
            Identity = reader.Section("identity", section => new IdentityDescription
            {
                KedaClientId = section.Text("kedaClientId", ValueRules.ClientId, "must be a client id such as 00000000-0000-0000-0000-000000000000"),
            }) ?? new(),
            Node = reader.Section("node", section => new NodeDescription
            {
                NumaNodes = section.Integer("numaNodes", 2, 1, 8),
                CoresPerNumaNode = section.Has("coresPerNumaNode") ? section.Integer("coresPerNumaNode", 1, 1, 1024) : Missing(section, "coresPerNumaNode"),
                MemoryPerNumaNode = section.Memory("memoryPerNumaNode", null),
            }),
        };
    }

    private static IReadOnlyList<ModelDescription> Models(MapReader reader)
    {
        var models = reader.Sections("models", section => new ModelDescription
        {
            Name = section.Required("name", ValueRules.Model, "must be the model's name in the store: 1 to 64 of letters, digits and . _ -"),
            Versions = section.Texts("versions", ValueRules.Model, "must be a version of the store's index") ?? ["1"],
            Weights = section.Memory("weights", null),
            Precision = section.Choice(
                "precision", ModelPrecision.Fp32, ("fp32", ModelPrecision.Fp32), ("int8", ModelPrecision.Int8), ("bf16", ModelPrecision.Bf16), ("fp16", ModelPrecision.Fp16)),
            MaxSequence = section.Integer("maxSequence", 0, 0, 1 << 20),
            Key = section.Text("key", ValueRules.KeyId, ResourceRule),
        });
        if (models.Select(model => model.Name).Distinct(StringComparer.Ordinal).Count() < models.Count)
        {
            reader.Report("models", "each must have a name of its own; give one model several versions instead");
        }

        return models;
    }

    private static InstanceDescription Instance(MapReader reader)
    {
        var defaults = new InstanceDescription();
        return new InstanceDescription
        {
            Cores = reader.Number("cores", defaults.Cores, 1024),
            Memory = reader.Memory("memory", defaults.Memory),
            FrontEndCores = reader.Integer("frontEndCores", 0, 0, PlacementWishes.MaxFrontEndCores),
            FrontEndMemory = reader.Memory("frontEndMemory", defaults.FrontEndMemory),
            Lanes = reader.Integer("lanes", 0, 0, PlacementWishes.MaxLanes),
            LaneWidth = reader.Integer("laneWidth", 0, 0, PlacementWishes.MaxLaneWidth),
            Placement = reader.Choice(
                "placement", defaults.Placement, ("auto", PlacementMode.Auto), ("throughput", PlacementMode.Throughput), ("latency", PlacementMode.Latency)),
            NumaNodes = reader.Integer("numaNodes", defaults.NumaNodes, 1, 8),
            ColdStartSeconds = reader.Integer("coldStartSeconds", defaults.ColdStartSeconds, 1, 3600),
            GraceSeconds = reader.Integer("graceSeconds", 0, 0, 86_400),
            Pods = reader.Choice("pods", PodLayout.Together, ("together", PodLayout.Together), ("separate", PodLayout.Separate)),
            WeightsVolume = reader.Choice("weightsVolume", WeightsMedium.Memory, ("memory", WeightsMedium.Memory), ("disk", WeightsMedium.Disk)),
        };
    }

    private static TriggersDescription Triggers(MapReader reader)
    {
        var triggers = reader.Section(
            "triggers",
            section => new TriggersDescription { Http = section.Section("http", Http), Queue = section.Section("queue", Queue) },
            required: true);
        if (triggers is { Http: null, Queue: null })
        {
            reader.Report("triggers", "needs http, queue or both");
        }

        if (triggers is { Http: not null, Queue.Mode: QueueMode.Job })
        {
            reader.Report("triggers", "an instance that ends with its message answers no requests: describe http in a deployment of its own, or let queue.mode be service");
        }

        return triggers ?? new();
    }

    private static HttpTriggerDescription Http(MapReader reader)
    {
        var http = new HttpTriggerDescription
        {
            Hosts = reader.Texts("hosts", ValueRules.Host, "must be a host name", required: true) ?? [],
            Scaler = reader.Choice(
                "scaler", HttpScaler.Interceptor, ("interceptor", HttpScaler.Interceptor), ("prometheus", HttpScaler.Prometheus), ("instances", HttpScaler.Instances)),
            TargetConcurrency = reader.Integer("targetConcurrency", 0, 0, 100_000),
            Prometheus = reader.Section("prometheus", section => new PrometheusDescription
            {
                Address = section.Required("address", ValueRules.AnyHttp, "must be an address without user, query and fragment", unsaid: true),
                Query = section.Required("query", ValueRules.Query, "must be a query in one line, at most 2048 characters"),
            }),
        };
        if (http.Scaler == HttpScaler.Prometheus != http.Prometheus is not null)
        {
            reader.Report("prometheus", "must be there when scaler is prometheus, and then only");
        }

        return http;
    }

    private static QueueTriggerDescription Queue(MapReader reader) => new()
    {
        Name = reader.Required("name", ValueRules.Queue, "must be the name of a storage queue: 3 to 63 of a-z, 0-9 and single -"),
        Account = reader.Required("account", ValueRules.Account, "must be the name of a storage account: 3 to 24 of a-z and 0-9", unsaid: true),
        Inputs = reader.Texts("inputs", ValueRules.Container, ContainerRule, required: true) ?? [],
        Outputs = reader.Texts("outputs", ValueRules.Container, ContainerRule, required: true) ?? [],
        Mode = reader.Choice("mode", QueueMode.Service, ("service", QueueMode.Service), ("job", QueueMode.Job)),
        JobSeconds = reader.Integer("jobSeconds", 60, 1, 86_400),
        WaitSeconds = reader.Integer("waitSeconds", 300, 1, 86_400),
    };

    private static ScalingDescription Scaling(MapReader reader) => reader.Section("scaling", section =>
    {
        var defaults = new ScalingDescription();
        var scaling = new ScalingDescription
        {
            Min = section.Integer("min", defaults.Min, 0, 1000),
            Max = section.Integer("max", defaults.Max, 1, 1000),
            ScaleToZero = section.Flag("scaleToZero", defaults.ScaleToZero),
            GoalSeconds = section.Integer("goalSeconds", defaults.GoalSeconds, 1, 86_400),
            CooldownSeconds = section.Integer("cooldownSeconds", 0, 0, 86_400),
            Floor = section.Section("floor", floor => new FloorDescription
            {
                Timezone = floor.Required("timezone", ValueRules.TimeZone, "must be a time zone such as Europe/Berlin"),
                Start = floor.Required("start", ValueRules.Cron, "must be five fields of cron"),
                End = floor.Required("end", ValueRules.Cron, "must be five fields of cron"),
                Replicas = floor.Has("replicas") ? floor.Integer("replicas", 1, 1, 1000) : Missing(floor, "replicas"),
            }),
        };
        if (scaling.Min > scaling.Max || scaling.Floor?.Replicas > scaling.Max)
        {
            section.Report("max", "must not be below min or floor.replicas");
        }

        if (scaling is { ScaleToZero: false, Min: 0 })
        {
            section.Report("scaleToZero", "false needs min of at least 1");
        }

        return scaling;
    }) ?? new();

    private static TrustDescription Trust(MapReader reader) => new()
    {
        RuntimeClass = reader.Choice(
            "runtimeClass",
            RuntimeFlavour.KataQemuTdx,
            ("kata-qemu-tdx", RuntimeFlavour.KataQemuTdx),
            ("kata-qemu-tdx-runtime-rs", RuntimeFlavour.KataQemuTdxRuntimeRs)),
        Broker = reader.Required("broker", ValueRules.Https, HttpsRule, unsaid: true),
        BrokerCertificate = reader.Text("brokerCertificate", ValueRules.Certificate, "must be certificates in PEM, at most 32 KiB", unsaid: true),
        Settings = reader.Text("settings", ValueRules.KeyId, ResourceRule),
        ImagePolicy = reader.Text("imagePolicy", ValueRules.KeyId, ResourceRule),
        Resources = reader.Texts("resources", ValueRules.ResourcePattern, "must be repository/type/tag, with * for a whole part only") ?? [],
        Measurements = reader.Section("measurements", Measurements, required: true) ?? Unread.Measurements,
        PublishEvidence = reader.Flag("publishEvidence", false),
        AgentPolicy = reader.Choice("agentPolicy", AgentPolicyKind.Pinned, ("pinned", AgentPolicyKind.Pinned), ("open", AgentPolicyKind.Open)),
    };

    private static MeasurementsDescription Measurements(MapReader reader) => new()
    {
        MrTd = reader.Texts("mrTd", ValueRules.Register, RegisterRule, required: true) ?? [],
        Rtmr0 = reader.Texts("rtmr0", ValueRules.Register, RegisterRule, required: true) ?? [],
        Rtmr1 = reader.Texts("rtmr1", ValueRules.Register, RegisterRule, required: true) ?? [],
        Rtmr2 = reader.Texts("rtmr2", ValueRules.Register, RegisterRule, required: true) ?? [],
    };

    private static NetworkDescription Network(MapReader reader) => new()
    {
        Broker = reader.Texts("broker", ValueRules.Cidr, CidrRule, required: true) ?? [],
        Storage = reader.Texts("storage", ValueRules.Cidr, CidrRule, required: true) ?? [],
        Registry = reader.Texts("registry", ValueRules.Cidr, CidrRule, required: true) ?? [],
        IngressNamespace = reader.Text("ingressNamespace", ValueRules.Label, "must be a namespace"),
        MonitoringNamespace = reader.Text("monitoringNamespace", ValueRules.Label, "must be a namespace"),
        KedaNamespace = reader.Text("kedaNamespace", ValueRules.Label, "must be a namespace") ?? "keda",
    };

    private static int Missing(MapReader reader, string key)
    {
        reader.Report(key, "is missing: must be a whole number of at least 1");
        return 1;
    }

    /// <summary>What stands for a section that was not there; the description is refused, so nobody sees it.</summary>
    private static class Unread
    {
        public static readonly MeasurementsDescription Measurements = new() { MrTd = [], Rtmr0 = [], Rtmr1 = [], Rtmr2 = [] };

        public static readonly TrustDescription Trust = new() { Broker = "", Measurements = Measurements };

        public static readonly NetworkDescription Network = new() { Broker = [], Storage = [], Registry = [] };
    }
}
