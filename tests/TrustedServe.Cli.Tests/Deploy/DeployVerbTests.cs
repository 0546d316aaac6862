using System.Text.Json;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests.Deploy;

/// <summary>The verbs as people type them, against an API server on 127.0.0.1.</summary>
public sealed class DeployVerbTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Apply_diff_status_and_destroy_go_round()
    {
        await using var cluster = await ApiDouble.StartAsync();
        cluster.Kubeconfig(work["config"]);
        Write("registry.invalid/a@sha256:aa");

        var (code, output) = await RunAsync("apply", "manifests", "--insecure-unchecked");
        Assert.Equal(0, code);
        Assert.Contains("Deployment/models/langid", output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 updated, 1 available", output, StringComparison.Ordinal); // progress
        Assert.Contains("created", output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("diff", "manifests")).ExitCode);
        Write("registry.invalid/a@sha256:bb");
        (code, output) = await RunAsync("diff", "manifests");
        Assert.Equal(1, code);
        Assert.Contains("spec.template.spec.containers[name=worker].image", output, StringComparison.Ordinal);
        Assert.Contains("+ \"registry.invalid/a@sha256:bb\"", output, StringComparison.Ordinal);
        (code, output) = await RunAsync("diff", "manifests", "--json");
        Assert.Equal(1, code);
        Assert.Equal("change", JsonDocument.Parse(output).RootElement.EnumerateArray().Single(item => item.GetProperty("object").GetProperty("kind").GetString() == "Deployment").GetProperty("kind").GetString());

        (code, output) = await RunAsync("status", "--namespace", "models");
        Assert.Equal(0, code);
        Assert.Contains("applied since", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("status", "--namespace", "models", "--json")).ExitCode);

        // Nobody can be asked: nothing is removed.
        (code, output) = await RunAsync("destroy", "--namespace", "models");
        Assert.Equal(1, code);
        Assert.Contains("Nothing was removed", output, StringComparison.Ordinal);
        Assert.NotNull(cluster.Store.Find("Deployment", "models", "langid"));
        Assert.Equal(0, (await RunAsync("destroy", "--namespace", "models", "--yes")).ExitCode);
        Assert.Null(cluster.Store.Find("Namespace", null, "models"));
        (code, output) = await RunAsync("status", "--namespace", "models");
        Assert.Equal(1, code);
        Assert.Contains("TSF7049", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Description_is_rendered_checked_and_applied()
    {
        await using var cluster = await ApiDouble.StartAsync();
        cluster.Kubeconfig(work["config"]);
        var description = Path.Combine(Repository.Root, "tests", "TrustedServe.Kubernetes.Tests", "Golden", "one-machine", "trustedserve.yaml");
        var (code, output) = await RunAsync("apply", description, "--no-wait");
        Assert.True(code == 0, output);
        Assert.Contains("ScaledObject", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("diff", description)).ExitCode);
    }

    [Fact]
    public async Task What_the_check_finds_errors_in_is_not_applied()
    {
        await using var cluster = await ApiDouble.StartAsync();
        cluster.Kubeconfig(work["config"]);
        Write("registry.invalid/a:latest");
        var (code, output) = await RunAsync("apply", "manifests");
        Assert.Equal(1, code);
        Assert.Contains("TSK", output, StringComparison.Ordinal);
        Assert.Null(cluster.Store.Find("Namespace", null, "models"));
    }

    [Fact]
    public async Task Failed_apply_says_what_became_of_every_object_and_ends_with_one()
    {
        await using var cluster = await ApiDouble.StartAsync();
        cluster.Kubeconfig(work["config"]);
        Write("registry.invalid/a@sha256:aa");
        cluster.Controllers.Rollouts = _ => Rollout.Failed;
        var (code, output) = await RunAsync("apply", "manifests", "--insecure-unchecked");
        Assert.Equal(1, code);
        Assert.Contains("rolled back", output, StringComparison.Ordinal);
        Assert.Contains("TSF7046", output, StringComparison.Ordinal);
        Assert.Contains("timed out progressing", output, StringComparison.Ordinal);
        Assert.Null(cluster.Store.Find("Deployment", "models", "langid"));

        (code, output) = await RunAsync("apply", "manifests", "--insecure-unchecked", "--json");
        Assert.Equal(1, code);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.False(report.GetProperty("done").GetBoolean());
        Assert.Equal("TSF7046", report.GetProperty("failure").GetProperty("code").GetString());
        Assert.All(report.GetProperty("objects").EnumerateArray(), item => Assert.Equal("rolledBack", item.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task Diff_that_cannot_compare_ends_with_two()
    {
        Write("registry.invalid/a@sha256:aa");
        Assert.Equal(2, (await RunAsync("diff", "manifests")).ExitCode); // there is no kubeconfig
        await using var cluster = await ApiDouble.StartAsync();
        cluster.Kubeconfig(work["config"]);
        Assert.Equal(2, (await RunAsync("diff", "nowhere.json")).ExitCode);
        cluster.Put("Namespace", null, "models", []);
        cluster.Put("Deployment", "models", "langid", new() { ["spec"] = new System.Text.Json.Nodes.JsonObject() });
        var (code, output) = await RunAsync("diff", "manifests");
        Assert.Equal(2, code);
        Assert.Contains("TSF7044", output, StringComparison.Ordinal);
    }

    private void Write(string image)
    {
        Directory.CreateDirectory(work["manifests"]);
        File.WriteAllText(work["manifests", "namespace.json"], """{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "models"}}""");
        File.WriteAllText(work["manifests", "deployment.json"], """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "langid", "namespace": "models"},
             "spec": {"selector": {"matchLabels": {"app": "langid"}}, "template": {"metadata": {"labels": {"app": "langid"}}, "spec": {"containers": [{"name": "worker", "image": "IMAGE"}]}}}}
            """.Replace("IMAGE", image, StringComparison.Ordinal));
    }

    private Task<(int ExitCode, string Output)> RunAsync(string verb, params string[] arguments) =>
        TrustedServeCommand.RunAsync(work.Path, work["home"], ["deploy", verb, .. arguments, "--name", "langid", "--kubeconfig", work["config"]]);
}
