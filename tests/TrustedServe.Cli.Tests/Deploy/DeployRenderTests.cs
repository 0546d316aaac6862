using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests.Deploy;

/// <summary><c>deploy render</c> as a person types it, on the descriptions whose renderings are kept.</summary>
public sealed class DeployRenderTests
{
    private static string Golden => Path.Combine(Repository.Root, "tests", "TrustedServe.Kubernetes.Tests", "Golden", "two-sockets");

    [Fact]
    public async Task Prints_the_manifests_and_says_what_the_broker_must_pin()
    {
        using var directory = new TemporaryDirectory();
        var (exit, output) = await TrustedServeCommand.RunAsync(directory.Path, directory.Path, "deploy", "render", Path.Combine(Golden, "trustedserve.yaml"));
        Assert.Equal(0, exit);
        Assert.All(File.ReadAllLines(Path.Combine(Golden, "manifests.yaml")), line => Assert.Contains(line, output));
        Assert.Contains($"MRCONFIGID of these instances is {File.ReadAllText(Path.Combine(Golden, "broker", "mr-config-id.txt")).Trim()}", output);
    }

    [Fact]
    public async Task Writes_every_file_into_a_folder()
    {
        using var directory = new TemporaryDirectory();
        var (exit, output) = await TrustedServeCommand.RunAsync(
            directory.Path, directory.Path, "deploy", "render", Path.Combine(Golden, "trustedserve.yaml"), "--out", directory["rendered"]);
        Assert.Equal(0, exit);
        Assert.Contains("Deployment/models/bert-large", output);
        foreach (var path in Directory.GetFiles(Golden, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "trustedserve.yaml"))
        {
            Assert.Equal(File.ReadAllText(path), File.ReadAllText(Path.Combine(directory["rendered"], Path.GetRelativePath(Golden, path))));
        }
    }

    [Fact]
    public async Task Prints_objects_and_sizes_for_machines()
    {
        using var directory = new TemporaryDirectory();
        var (exit, output) = await TrustedServeCommand.RunAsync(directory.Path, directory.Path, "deploy", "render", Path.Combine(Golden, "trustedserve.yaml"), "--json");
        Assert.Equal(0, exit);
        using var document = JsonDocument.Parse(output);
        Assert.Equal(50, document.RootElement.GetProperty("guest").GetProperty("processors").GetInt32());
        Assert.Contains(document.RootElement.GetProperty("objects").EnumerateArray(), one => one.GetProperty("kind").GetString() == "ScaledObject");
        Assert.Equal(96, document.RootElement.GetProperty("mrConfigId").GetString()!.Length);
    }

    [Fact]
    public async Task Refuses_separate_pods_by_code_and_writes_nothing()
    {
        using var directory = new TemporaryDirectory();
        var text = File.ReadAllText(Path.Combine(Golden, "trustedserve.yaml")).Replace("  cores: 50", "  cores: 50\n  pods: separate", StringComparison.Ordinal);
        File.WriteAllText(directory["trustedserve.yaml"], text);
        var (exit, output) = await TrustedServeCommand.RunAsync(
            directory.Path, directory.Path, "deploy", "render", directory["trustedserve.yaml"], "--out", directory["rendered"]);
        Assert.Equal(1, exit);
        Assert.Contains("TSF7003", output);
        Assert.False(Directory.Exists(directory["rendered"]));
    }

    [Fact]
    public async Task Says_where_a_description_is_wrong()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["trustedserve.yaml"], "formatVersion: 1\nname: Langid\n");
        var (exit, output) = await TrustedServeCommand.RunAsync(directory.Path, directory.Path, "deploy", "render", directory["trustedserve.yaml"]);
        Assert.Equal(1, exit);
        Assert.Contains("TSF7001", output);
        Assert.Contains("trustedserve.yaml:2:7 name = 'Langid'", output);
    }
}
