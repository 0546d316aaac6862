using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Kubernetes.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Rendering;

public sealed class RefusalTests
{
    private const string Instance = "instance: { cores: 8, memory: 8Gi }";

    [Theory]
    [InlineData("instance: { cores: 8, memory: 8Gi, pods: separate }", "TSF7003")]
    [InlineData("instance: { cores: 8, memory: 8Gi, weightsVolume: disk }", "TSF7005")]
    [InlineData("instance: { cores: 7.5, memory: 8Gi }", "TSF7008", "instance.cores is 7.5")]
    [InlineData("instance: { cores: 8, memory: 2Gi }", "TSF7007", "sessions of 1 worker(s) 792", "of 2048 MiB")]
    [InlineData("instance: { cores: 2, memory: 8Gi, frontEndCores: 2 }", "TSF7007", "each of 1 NUMA node(s) needs at least one more")]
    [InlineData("instance: { cores: 8, memory: 8Gi, lanes: 9 }", "TSF7007", "9 lanes were asked for")]
    [InlineData("instance: { cores: 8, memory: 8Gi, lanes: 1, laneWidth: 12 }", "TSF7007", "a width of 12 was asked for, the node has 7")]
    [InlineData("instance: { cores: 63, memory: 8Gi }\nnode: { numaNodes: 2, coresPerNumaNode: 32, memoryPerNumaNode: 64Gi }", "TSF7007", "63 + 1 of the runtime class; a machine has 2 × 32 − 1")]
    [InlineData("instance: { cores: 8, memory: 126Gi }\nnode: { numaNodes: 2, coresPerNumaNode: 32, memoryPerNumaNode: 64Gi }", "TSF7007", "129024 MiB + 2048 MiB", "128924 MiB")]
    public void Refuses_with_the_reason(string instance, string code, params string[] named)
    {
        var refusal = Assert.Throws<TsfException>(() => Render(Instance, instance));
        Assert.Equal(code, refusal.Code);
        Assert.All(named, text => Assert.Contains(text, refusal.Message));
    }

    [Fact]
    public void Refuses_an_agent_policy_that_pins_nothing() =>
        Assert.Equal("TSF7004", Assert.Throws<TsfException>(() => Render("  runtimeClass:", "  agentPolicy: open\n  runtimeClass:")).Code);

    [Fact]
    public void Refuses_instances_as_the_only_ones_who_could_ask_for_the_first_instance()
    {
        var text = GoldenCase.Text("one-machine").Replace("hosts: [langid.example.com]", "hosts: [langid.example.com], scaler: instances", StringComparison.Ordinal);
        Assert.Equal("TSF7006", Assert.Throws<TsfException>(() => DeploymentRenderer.Render(GoldenCase.Read(text))).Code);

        // With an instance that is always there, nobody needs to start the first one.
        var kept = DeploymentRenderer.Render(GoldenCase.Read(text + "scaling: { min: 1, scaleToZero: false }\n"));
        Assert.DoesNotContain(kept.Manifests, manifest => manifest.Kind == "InterceptorRoute");
    }

    [Fact]
    public void Says_every_reason_at_once_with_its_code()
    {
        var refusal = Assert.Throws<TsfException>(() => Render(Instance, "instance: { cores: 7.5, memory: 1Gi, pods: separate, weightsVolume: disk }"));
        Assert.Equal("TSF7002", refusal.Code);
        Assert.All(["4 reasons", "TSF7003", "TSF7005", "TSF7007", "TSF7008"], text => Assert.Contains(text, refusal.Message));
    }

    private static RenderedDeployment Render(string from, string to)
    {
        var text = GoldenCase.Text("queue-only");
        Assert.Contains(from, text);
        return DeploymentRenderer.Render(GoldenCase.Read(text.Replace(from, to, StringComparison.Ordinal)));
    }
}
