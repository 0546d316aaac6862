using TrustedServe.Kubernetes.Checks;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Live;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Checks.Live;

public sealed class ClusterCheckTests : IDisposable
{
    private const string RuntimeClass = "/apis/node.k8s.io/v1/runtimeclasses/kata-qemu-tdx";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
    private const string Nodes = "/api/v1/nodes";
    private const string Kubelet = "/api/v1/nodes/one/proxy/configz";
    private const string Quotas = "/api/v1/namespaces/models/resourcequotas";

    private readonly ClusterDouble cluster = Good();

    public void Dispose() => cluster.Dispose();

    [Fact]
    public async Task Finds_nothing_in_a_cluster_that_has_everything()
    {
        Assert.Empty(await RunAsync());
        Assert.Contains("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", cluster.Asked);
        Assert.Contains($"GET {Kubelet}", cluster.Asked);
    }

    [Fact]
    public async Task Finds_that_the_runtime_class_is_absent() =>
        await ExpectAsync("TSK101", () => cluster.Answer(RuntimeClass, "{}", 404), "no RuntimeClass 'kata-qemu-tdx'");

    [Fact]
    public async Task Finds_a_runtime_class_without_overhead() => await ExpectAsync(
        "TSK102", () => cluster.Answer(RuntimeClass, """{"kind":"RuntimeClass","handler":"kata-qemu-tdx","scheduling":{"nodeSelector":{"tdx":"true"}},"overhead":{"podFixed":{"cpu":"1"}}}"""), "memory");

    [Fact]
    public async Task Finds_that_KEDA_is_absent() => await ExpectAsync("TSK103", () => cluster.Answer(Definitions + "scaledobjects.keda.sh", "{}", 404), "scaledobjects.keda.sh");

    [Theory]
    [InlineData("v1alpha1", "v2.14.1", "2.14.1")]
    [InlineData("v2", "2.20.2", "the cluster serves v2")]
    public async Task Finds_a_KEDA_that_does_not_take_the_objects(string version, string release, string seen) =>
        await ExpectAsync("TSK104", () => cluster.Answer(Definitions + "scaledobjects.keda.sh", Definition(version, release)), seen);

    [Fact]
    public async Task Finds_that_the_add_on_is_absent() =>
        await ExpectAsync("TSK105", () => cluster.Answer(Definitions + "interceptorroutes.http.keda.sh", "{}", 404), "interceptorroutes.http.keda.sh");

    [Theory]
    [InlineData("false", "True", "")]
    [InlineData("true", "False", "")]
    [InlineData("true", "True", ""","spec":{"unschedulable":true}""")]
    public async Task Finds_that_no_node_takes_a_trust_domain(string label, string ready, string spec) =>
        await ExpectAsync("TSK106", () => cluster.Answer(Nodes, Node(label, ready, spec)), "1 nodes, none that is ready, schedulable and has tdx=true");

    [Fact]
    public async Task Finds_nodes_by_their_features_when_the_class_selects_none()
    {
        cluster.Answer(RuntimeClass, """{"kind":"RuntimeClass","overhead":{"podFixed":{"cpu":"1","memory":"2Gi"}}}""");
        await ExpectAsync("TSK106", () => { }, "cpu-security.tdx.enabled");
        cluster.Answer(Nodes, Node("true", "True").Replace("\"tdx\"", "\"feature.node.kubernetes.io/cpu-security.tdx.enabled\"", StringComparison.Ordinal));
        Assert.Empty(await RunAsync());
    }

    [Fact]
    public async Task Finds_a_node_without_exclusive_cores() =>
        await ExpectAsync("TSK107", () => cluster.Answer(Kubelet, """{"kubeletconfig":{"topologyManagerPolicy":"single-numa-node"}}"""), "cpuManagerPolicy none");

    [Fact]
    public async Task Finds_a_node_that_does_not_align() =>
        await ExpectAsync("TSK111", () => cluster.Answer(Kubelet, """{"kubeletconfig":{"cpuManagerPolicy":"static","topologyManagerPolicy":"best-effort"}}"""), "best-effort");

    [Theory]
    [InlineData("requests.cpu", "71", "all replicas need 72")]
    [InlineData("limits.memory", "128Gi", "147456 MiB")]
    [InlineData("pods", "7", "need 8")]
    public async Task Finds_a_quota_that_is_too_small(string resource, string hard, string seen) => await ExpectAsync(
        "TSK108", () => cluster.Answer(Quotas, $$$$"""{"items":[{"metadata":{"name":"q"},"spec":{"hard":{"{{{{resource}}}}":"{{{{hard}}}}"}}}]}"""), seen);

    [Fact]
    public async Task Finds_a_permission_that_is_missing() =>
        await ExpectAsync("TSK109", () => cluster.Denied.Add("create networkpolicies"), "you may not create networkpolicies in models");

    [Fact]
    public async Task Finds_more_replicas_than_the_nodes_hold() =>
        await ExpectAsync("TSK110", () => cluster.Answer(Nodes, Node("true", "True", cpus: "63")), "1 nodes hold 7 instances of 9 CPUs");

    [Theory]
    [InlineData(RuntimeClass, "RuntimeClass/kata-qemu-tdx")]
    [InlineData(Definitions + "scaledobjects.keda.sh", "CustomResourceDefinition/scaledobjects.keda.sh")]
    [InlineData(Nodes, "nodes")]
    [InlineData(Kubelet, "Node/one: the kubelet's configuration")]
    [InlineData(Quotas, "quotas")]
    [InlineData("/apis/apps/v1", "the kinds of apps/v1")]
    public async Task Says_of_what_it_may_not_see_that_it_was_not_seen(string path, string what)
    {
        cluster.Answer(path, """{"kind":"Status","message":"forbidden: no \u001b[31mway"}""", 403);
        var found = await RunAsync();
        Assert.All(found, finding => Assert.Equal("TSK100", finding.Check.Code));
        Assert.Contains((what, "403 forbidden: no ·[31mway"), found.Select(finding => (finding.Object, finding.Seen)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("no JSON")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"\\ud800\":1}")]
    public async Task Says_of_what_is_no_answer_that_it_was_not_seen(string body)
    {
        cluster.Answer(RuntimeClass, body);
        Assert.Contains(await RunAsync(), finding => finding is { Check.Code: "TSK100", Seen: "the answer is no JSON object" });
    }

    [Fact]
    public async Task Waits_for_no_answer_for_ever()
    {
        cluster.Silent.Add(Kubelet);
        var found = await RunAsync(TimeSpan.FromSeconds(15));
        Assert.Contains(("TSK100", "Node/one: the kubelet's configuration", "no answer within 15 s"), found.Select(finding => (finding.Check.Code, finding.Object, finding.Seen)));
    }

    [Fact]
    public async Task Reads_every_page_of_nodes()
    {
        cluster.Answer(Nodes + "?limit=100", Node("true", "True", cpus: "18").Replace("\"items\"", "\"metadata\":{\"continue\":\"a b\"},\"items\"", StringComparison.Ordinal));
        cluster.Answer(Nodes + "?limit=100&continue=a%20b", Node("true", "True", cpus: "18"));
        await ExpectAsync("TSK110", () => { }, "2 nodes hold 4 instances");
    }

    [Fact]
    public async Task Ends_reading_pages_that_have_no_end()
    {
        cluster.Answer(Nodes, """{"metadata":{"continue":"more"},"items":[]}""");
        Assert.Equal("more than 5000 items", Assert.Single(await RunAsync()).Seen);
    }

    [Fact]
    public async Task Refuses_a_cluster_that_is_not_there()
    {
        cluster.Dispose();
        Assert.Equal("TSF7023", (await Assert.ThrowsAsync<TsfException>(() => RunAsync())).Code);
    }

    [Fact]
    public async Task Refuses_a_cluster_that_does_not_know_the_caller()
    {
        cluster.Answer("/version", "{}", 401);
        Assert.Equal("TSF7023", (await Assert.ThrowsAsync<TsfException>(() => RunAsync())).Code);
    }

    [Fact]
    public async Task Reads_a_kubeconfig()
    {
        using var folder = new TemporaryDirectory();
        using var reader = ClusterReader.Open(cluster.WriteKubeconfig(folder.Path), "double");
        Assert.Equal("models", reader.DefaultNamespace);
        Assert.Empty(await ClusterCheck.RunAsync(Samples.Parse(Samples.Server), reader, default));
    }

    [Fact]
    public void Refuses_a_kubeconfig_that_does_not_serve()
    {
        using var folder = new TemporaryDirectory();
        var file = cluster.WriteKubeconfig(folder.Path);
        Refused(file, "other");
        Refused(Path.Combine(folder.Path, "absent"), null);
        var text = File.ReadAllText(file);
        File.WriteAllText(file, text.Replace("server:", "insecure-skip-tls-verify: true, server:", StringComparison.Ordinal));
        Refused(file, null);
        File.WriteAllText(file, text.Replace("127.0.0.1", "cluster.invalid", StringComparison.Ordinal));
        Refused(file, null);
        File.WriteAllText(file, "users: [{name: a, user: {token: secret");
        Assert.DoesNotContain("secret", Refused(file, null).Message);
    }

    private static TsfException Refused(string file, string? context)
    {
        var refusal = Assert.Throws<TsfException>(() => ClusterReader.Open(file, context));
        Assert.Equal("TSF7022", refusal.Code);
        return refusal;
    }

    private async Task ExpectAsync(string code, Action change, string seen)
    {
        change();
        var finding = Assert.Single(await RunAsync());
        Assert.Equal(code, finding.Check.Code);
        Assert.Contains(seen, finding.Seen);
    }

    private async Task<IReadOnlyList<Finding>> RunAsync(TimeSpan? patience = null)
    {
        using var http = new HttpClient();
        using var reader = new ClusterReader(http, cluster.Address, credentials: null, patience ?? TimeSpan.FromMinutes(2));
        return await ClusterCheck.RunAsync(Samples.Parse(Samples.Server), reader, default);
    }

    private static ClusterDouble Good() => new ClusterDouble()
        .Answer(RuntimeClass, """{"kind":"RuntimeClass","handler":"kata-qemu-tdx","scheduling":{"nodeSelector":{"tdx":"true"}},"overhead":{"podFixed":{"cpu":"1","memory":"2048Mi"}}}""")
        .Answer(Definitions + "scaledobjects.keda.sh", Definition("v1alpha1", "2.20.2"))
        .Answer(Definitions + "triggerauthentications.keda.sh", Definition("v1alpha1", "2.20.2"))
        .Answer(Definitions + "interceptorroutes.http.keda.sh", Definition("v1beta1", "0.15.0"))
        .Answer(Nodes, Node("true", "True"))
        .Answer(Kubelet, """{"kubeletconfig":{"cpuManagerPolicy":"static","topologyManagerPolicy":"single-numa-node"}}""")
        .Answer(Quotas, """{"items":[{"metadata":{"name":"q"},"spec":{"hard":{"requests.cpu":"72","pods":"8","count/secrets":"1"}}}]}""")
        .Answer("/api/v1", """{"resources":[{"name":"configmaps","kind":"ConfigMap","namespaced":true},{"name":"serviceaccounts","kind":"ServiceAccount","namespaced":true},{"name":"serviceaccounts/token","kind":"TokenRequest","namespaced":true}]}""")
        .Answer("/apis/apps/v1", """{"resources":[{"name":"deployments","kind":"Deployment","namespaced":true},{"name":"deployments/scale","kind":"Scale","namespaced":true}]}""")
        .Answer("/apis/networking.k8s.io/v1", """{"resources":[{"name":"networkpolicies","kind":"NetworkPolicy","namespaced":true}]}""");

    private static string Definition(string version, string release) =>
        $$$"""{"metadata":{"name":"x","labels":{"app.kubernetes.io/version":"{{{release}}}"}},"spec":{"versions":[{"name":"{{{version}}}","served":true},{"name":"v0","served":false}]}}""";

    private static string Node(string label, string ready, string spec = "", string cpus = "96") =>
        $$$"""{"items":[{"metadata":{"name":"one","labels":{"tdx":"{{{label}}}"}},"status":{"conditions":[{"type":"Ready","status":"{{{ready}}}"}],"allocatable":{"cpu":"{{{cpus}}}","memory":"512Gi"}}{{{spec}}}}]}""";
}
