using System.Text.Json.Nodes;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Everything that builders share: the description and what was derived from it.</summary>
internal sealed record RenderContext
{
    /// <summary>The label that tells the objects of one deployment from all others.</summary>
    public const string InstanceLabel = "app.kubernetes.io/instance";

    private const int LeastGrace = 60;
    private const int QueueGrace = 30;
    private const int LeastCooldown = 300;

    public required DeploymentDescription Description { get; init; }

    public required GuestSize Guest { get; init; }

    public required PlacementPlan Plan { get; init; }

    public required MemoryBudget Budget { get; init; }

    public required ContainerSpec Container { get; init; }

    public required InitDataDocument InitData { get; init; }

    public string Name => Description.Name;

    public string Namespace => Description.Namespace;

    public string MrConfigId => Convert.ToHexStringLower(InitData.MrConfigId.Span);

    /// <summary>Whether instances end with their message.</summary>
    public bool IsJob => Description.Triggers.Queue?.Mode == QueueMode.Job;

    public string RuntimeClass => Description.Trust.RuntimeClass == RuntimeFlavour.KataQemuTdx ? "kata-qemu-tdx" : "kata-qemu-tdx-runtime-rs";

    public string HeadlessService => $"{Name}-signals";

    public string KedaAuthentication => $"{Name}-keda";

    public int GraceSeconds => GraceOf(Description);

    /// <summary>Seconds without work before the last instance ends.</summary>
    public int CooldownSeconds => Description.Scaling.CooldownSeconds > 0
        ? Description.Scaling.CooldownSeconds
        : Math.Max(LeastCooldown, 5 * Description.Instance.ColdStartSeconds);

    /// <summary>Requests at once that one instance shall have.</summary>
    public int TargetConcurrency => Description.Triggers.Http is { TargetConcurrency: > 0 } http
        ? http.TargetConcurrency
        : Description.Models.Min(model => InstancePlan.Lanes(Plan, model));

    /// <summary>Whether there may be no instance.</summary>
    public bool MayBeNone => MayBeNoneOf(Description.Scaling);

    public static bool MayBeNoneOf(ScalingDescription scaling) => scaling.ScaleToZero || scaling.Min == 0;

    public static int GraceOf(DeploymentDescription description) => description.Instance.GraceSeconds > 0
        ? description.Instance.GraceSeconds
        : Math.Max(LeastGrace, description.Triggers.Queue is { } queue ? queue.JobSeconds + QueueGrace : 0);

    /// <summary>Labels of every object.</summary>
    public JsonObject Labels() => new()
    {
        ["app.kubernetes.io/name"] = "trustedserve",
        [InstanceLabel] = Name,
        ["app.kubernetes.io/managed-by"] = "trustedserve",
    };

    /// <summary>What selects the pods.</summary>
    public JsonObject Selector() => new() { ["app.kubernetes.io/name"] = "trustedserve", [InstanceLabel] = Name };

    public ManifestDraft Draft(string apiVersion, string kind, string? name = null) => new(apiVersion, kind, Namespace, name ?? Name, Labels());
}
