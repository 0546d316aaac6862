using System.Text.Json.Nodes;
using k8s.Models;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Kubernetes.Tests.Support;

namespace TrustedServe.Kubernetes.Tests.Rendering;

/// <summary>The cluster's own kinds against the client's types.</summary>
public sealed class TypedModelTests
{
    public static TheoryData<string> Cases => GoldenCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Core_kinds_have_no_member_that_their_type_lacks(string name)
    {
        var core = GoldenCase.Render(name).Manifests.Where(manifest => !manifest.ApiVersion.Contains("keda.sh", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(core);
        foreach (var manifest in core)
        {
            var type = TypedModel.Find(manifest.ApiVersion, manifest.Kind);
            Assert.True(type is not null, $"The client has no {manifest.ApiVersion} {manifest.Kind}.");
            Assert.Empty(TypedModel.Problems(type, manifest.Content));
        }
    }

    [Fact]
    public void What_a_job_is_made_of_is_a_job() => Assert.Empty(TypedModel.Problems(
        typeof(V1JobSpec), GoldenCase.Render("queue-only").Manifests.Single(manifest => manifest.Kind == "ScaledJob").Content["spec"]!["jobTargetRef"]!));

    [Fact]
    public void The_runtime_class_is_one()
    {
        var description = GoldenCase.Describe("two-sockets");
        var plan = InstancePlan.Of(description, 50)!;
        var guest = GuestSize.Of(description.Trust.RuntimeClass, 50, description.Instance.Memory);
        var budget = MemoryBudget.Of(description, plan, guest);
        var container = ContainerBuilder.Build(description, budget, 60);
        var context = new RenderContext
        {
            Description = description,
            Guest = guest,
            Plan = plan,
            Budget = budget,
            Container = container,
            InitData = InitDataBuilder.Build(description, AgentPolicyBuilder.Build(container)),
        };
        Assert.Empty(TypedModel.Problems(typeof(V1RuntimeClass), RuntimeClassBuilder.Build(context).Manifest.Content));
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","imagePullSecret":"x"}]}}""", "/spec/containers/0/imagePullSecret: V1Container has no such member")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","spec":{"containers":{"name":"a"}}}""", "/spec/containers: JsonArray expected")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","spec":{"hostNetwork":"true"}}""", "/spec/hostNetwork: True or False expected")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"resources":{"limits":{"cpu":"4 cores"}}}]}}""", "/spec/containers/0/resources/limits/cpu: 4 cores is no quantity")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod","spec":{"terminationGracePeriodSeconds":"60"}}""", "/spec/terminationGracePeriodSeconds: Number expected")]
    public void The_comparison_finds_what_is_wrong(string pod, string problem) =>
        Assert.Contains(TypedModel.Problems(TypedModel.Find("v1", "Pod")!, JsonNode.Parse(pod)!), found => found.StartsWith(problem, StringComparison.Ordinal));
}
