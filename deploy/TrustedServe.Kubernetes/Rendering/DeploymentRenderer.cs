using System.Globalization;
using System.Text;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Renders a description. A pure function of it: no clock, no network, no randomness.</summary>
/// <remarks>
/// 1. The guest's size by the runtime's arithmetic, the cores by the planner, the memory by the budget.
/// 2. What cannot be secure or does not fit is refused, all at once.
/// 3. The container is settled, from it the agent policy, from that initdata, whose digest is MRCONFIGID.
/// 4. The objects.
/// </remarks>
public static class DeploymentRenderer
{
    /// <summary>Renders.</summary>
    /// <exception cref="TsfException">TSF7002 to TSF7008.</exception>
    public static RenderedDeployment Render(DeploymentDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);

        // 1. Sizes. A fraction is rounded up here, so that the rest can be judged beside it.
        var cores = (int)decimal.Ceiling(description.Instance.Cores);
        var guest = GuestSize.Of(description.Trust.RuntimeClass, cores, description.Instance.Memory);
        var plan = InstancePlan.Of(description, cores);
        var budget = plan is null ? null : MemoryBudget.Of(description, plan, guest);

        // 2. Refusals.
        var refusals = new RenderRefusals();
        RefuseInsecure(description, refusals);
        RefuseSizes(description, cores, guest, plan, budget, refusals);
        refusals.ThrowIfAny();

        // 3. The container and what is measured of it.
        var container = ContainerBuilder.Build(description, budget!, RenderContext.GraceOf(description));
        var context = new RenderContext
        {
            Description = description,
            Guest = guest,
            Plan = plan!,
            Budget = budget!,
            Container = container,
            InitData = InitDataBuilder.Build(description, AgentPolicyBuilder.Build(container)),
        };

        // 4. The objects.
        var (kubelet, comments) = KubeletFragmentBuilder.Build(context);
        return new RenderedDeployment
        {
            Objects = [.. Objects(context)],
            NodeSide =
            [
                new("node/kubelet-config.yaml", ManifestWriter.Write(kubelet, comments)),
                new("node/runtime-class.yaml", ManifestWriter.Write([RuntimeClassBuilder.Build(context)])),
            ],
            BrokerSide =
            [
                new("broker/initdata.toml", Encoding.UTF8.GetString(context.InitData.Bytes.Span)),
                new("broker/mr-config-id.txt", context.MrConfigId + "\n"),
                new("broker/policy.json", BrokerPolicyBuilder.Build(context)),
                new("broker/settings.json", ReleasedSettingsBuilder.Build(context)),
            ],
            MrConfigId = context.MrConfigId,
            Guest = guest,
            Memory = context.Budget,
            Cores = InstancePlan.Text(context.Plan),
        };
    }

    private static void RefuseInsecure(DeploymentDescription description, RenderRefusals refusals)
    {
        refusals.AddIf(description.Instance.Pods == PodLayout.Separate, TsfErrors.SeparatePods, "instance.pods is 'separate'.");
        refusals.AddIf(description.Trust.AgentPolicy == AgentPolicyKind.Open, TsfErrors.UnpinnedAgentPolicy, "trust.agentPolicy is 'open': the machine's owner could start a container of his own beside the instance, and it would get the keys.");
        refusals.AddIf(description.Instance.WeightsVolume == WeightsMedium.Disk, TsfErrors.WeightsNotInMemory, "instance.weightsVolume is 'disk'.");
        refusals.AddIf(
            description.Triggers.Http?.Scaler == HttpScaler.Instances && RenderContext.MayBeNoneOf(description.Scaling),
            TsfErrors.SelfServedActivator,
            "triggers.http.scaler is 'instances' and scaling allows none: at zero there is nobody to say that requests wait.");
    }

    private static void RefuseSizes(
        DeploymentDescription description, int cores, GuestSize guest, PlacementPlan? plan, MemoryBudget? budget, RenderRefusals refusals)
    {
        var instance = description.Instance;
        refusals.AddIf(instance.Cores != cores, TsfErrors.FractionalCores, string.Create(CultureInfo.InvariantCulture, $"instance.cores is {instance.Cores}."));
        if (plan is null || budget is null)
        {
            refusals.AddIf(true, TsfErrors.InstanceDoesNotFit, $"instance.cores is {cores}: with {instance.FrontEndCores} core(s) for the front end each of {instance.NumaNodes} NUMA node(s) needs at least one more.");
            return;
        }

        refusals.AddIf(!budget.Fits, TsfErrors.InstanceDoesNotFit, $"instance.memory: {budget.Arithmetic}.");
        var narrow = plan.Workers.FirstOrDefault(worker => worker.Lanes.Count < Math.Max(1, instance.Lanes) || (instance.LaneWidth > 0 && worker.LaneWidth < instance.LaneWidth));
        refusals.AddIf(narrow is not null, TsfErrors.InstanceDoesNotFit, $"instance.lanes and laneWidth: {narrow?.Summary()}.");
        if (description.Node is { } node)
        {
            var allocatable = (node.NumaNodes * node.CoresPerNumaNode) - KubeletFragmentBuilder.ReservedCores;
            refusals.AddIf(
                cores + RuntimeClassBuilder.OverheadCores > allocatable,
                TsfErrors.InstanceDoesNotFit,
                $"instance.cores: {cores} + {RuntimeClassBuilder.OverheadCores} of the runtime class; a machine has {node.NumaNodes} × {node.CoresPerNumaNode} − {KubeletFragmentBuilder.ReservedCores} kept for system and kubelet = {allocatable}.");
            var memory = (node.NumaNodes * node.MemoryPerNumaNode.MiB) - KubeletFragmentBuilder.ReservedMiB;
            refusals.AddIf(
                guest.ContainerMemory.MiB + RuntimeClassBuilder.OverheadMiB > memory,
                TsfErrors.InstanceDoesNotFit,
                $"instance.memory: {guest.ContainerMemory.MiB} MiB + {RuntimeClassBuilder.OverheadMiB} MiB of the runtime class; a machine has {node.NumaNodes} × {node.MemoryPerNumaNode.MiB} MiB − {KubeletFragmentBuilder.ReservedMiB} MiB kept for system and kubelet = {memory} MiB.");
        }
    }

    private static IEnumerable<AnnotatedManifest> Objects(RenderContext context)
    {
        yield return NamespaceBuilder.Build(context);
        yield return ServiceAccountBuilder.Build(context);
        yield return NetworkPolicyBuilder.Build(context);
        yield return PlanConfigMapBuilder.Build(context);
        var (http, queue) = (context.Description.Triggers.Http, context.Description.Triggers.Queue);
        if (queue is not null)
        {
            yield return TriggerAuthenticationBuilder.Build(context);
        }

        if (context.IsJob)
        {
            yield return ScaledJobBuilder.Build(context, queue!);
            yield break;
        }

        if (http is not null)
        {
            yield return ServiceBuilder.Requests(context);
            yield return ServiceBuilder.Signals(context);
        }

        yield return DeploymentBuilder.Build(context);
        yield return DisruptionBudgetBuilder.Build(context);
        if (http?.Scaler == HttpScaler.Interceptor)
        {
            yield return InterceptorRouteBuilder.Build(context, http);
        }

        yield return ScaledObjectBuilder.Build(context);
    }
}
