using System.Diagnostics;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Cluster;

/// <summary>
/// The double against a client that nobody here wrote: what kubectl understands of it is what an API server says. Needs kubectl in PATH;
/// counted as skipped where it is absent.
/// </summary>
public sealed class KubectlTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Kubectl_applies_conflicts_waits_and_deletes_against_the_double()
    {
        await using var sandbox = await StartAsync();
        File.WriteAllText(work["settings.yaml"], "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\ndata: {Lanes: '7', Theirs: '1'}\n");
        Assert.Equal((0, "configmap/settings serverside-applied"), await KubectlAsync(sandbox, "apply", "--server-side", "--validate=false", "-f", work["settings.yaml"]));
        Assert.Equal((0, "configmap/settings serverside-applied"), await KubectlAsync(sandbox, "apply", "--server-side", "--validate=false", "-f", work["settings.yaml"]));
        var (_, shown) = await KubectlAsync(sandbox, "get", "configmap", "settings", "-o", "json", "--show-managed-fields");
        Assert.Equal("kubectl", (string?)JsonNode.Parse(shown)!["metadata"]!["managedFields"]![0]!["manager"]);

        // Another manager of the same field: kubectl explains the double's conflict as it explains a real one's.
        var (code, conflict) = await KubectlAsync(sandbox, "apply", "--server-side", "--validate=false", "--field-manager", "second", "-f", Changed());
        Assert.Equal(1, code);
        Assert.Contains("conflict with \"kubectl\": .data.Lanes", conflict, StringComparison.Ordinal);
        Assert.Equal(0, (await KubectlAsync(sandbox, "apply", "--server-side", "--validate=false", "--force-conflicts", "--field-manager", "second", "-f", Changed())).ExitCode);

        Assert.Equal((0, "configmap \"settings\" deleted"), await KubectlAsync(sandbox, "delete", "configmap", "settings", "--wait"));
        Assert.Null(sandbox.Cluster.Store.Find("ConfigMap", "default", "settings"));
        Assert.Equal(1, (await KubectlAsync(sandbox, "get", "configmap", "settings")).ExitCode);
        Assert.Equal(0, (await KubectlAsync(sandbox, "get", "oxen", "-A")).ExitCode);
    }

    [Fact]
    public async Task What_we_apply_kubectl_sees_and_what_kubectl_changed_we_see_as_a_conflict()
    {
        await using var sandbox = await StartAsync();
        Assert.True((await sandbox.ApplyAsync(Sandbox.Manifests())).IsDone);
        Assert.Equal((0, "1 langid"), await KubectlAsync(sandbox, "get", "deployment", "langid", "-n", "models", "-o", "jsonpath={.status.availableReplicas} {.metadata.labels.trustedserve\\.dev/deployment}"));
        Assert.Equal(0, (await KubectlAsync(sandbox, "patch", "configmap", "settings", "-n", "models", "--type=merge", "-p", """{"data": {"Lanes": "9"}}""")).ExitCode);

        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.Contains("kubectl-patch manages .data.Lanes", Sandbox.Detail(report, "ConfigMap"), StringComparison.Ordinal);
        Assert.Equal(ObjectOutcome.Configured, Sandbox.Outcome(await sandbox.ApplyAsync(Sandbox.Manifests(), Sandbox.Options() with { ForceConflicts = true }), "ConfigMap"));
    }

    private static async Task<Sandbox> StartAsync()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl"))))
        {
            Assert.Skip("kubectl is not in PATH.");
        }

        return await Sandbox.StartAsync();
    }

    private string Changed()
    {
        File.WriteAllText(work["changed.yaml"], "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\ndata: {Lanes: '8'}\n");
        return work["changed.yaml"];
    }

    private async Task<(int ExitCode, string Output)> KubectlAsync(Sandbox sandbox, params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--server", sandbox.Cluster.Address.ToString(), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = work.Path;
        start.Environment["KUBECONFIG"] = work["none"];
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, ((await output) + (await errors)).Trim());
    }
}
