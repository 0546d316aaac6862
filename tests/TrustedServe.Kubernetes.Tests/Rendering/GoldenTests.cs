using TrustedServe.Kubernetes.Checks;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Kubernetes.Tests.Support;

namespace TrustedServe.Kubernetes.Tests.Rendering;

/// <summary>What is rendered, byte for byte. TRUSTEDSERVE_REWRITE_GOLDENS=1 writes the files anew; read the difference before you keep it.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => GoldenCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Renders_the_files_that_are_kept(string name)
    {
        var files = GoldenCase.Render(name).Files();
        if (Environment.GetEnvironmentVariable(GoldenCase.RewriteVariable) == "1")
        {
            foreach (var file in files)
            {
                var path = Path.Combine(GoldenCase.Folder(name), file.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, file.Content);
            }
        }

        foreach (var file in files)
        {
            var path = Path.Combine(GoldenCase.Folder(name), file.Name);
            Assert.True(File.Exists(path), $"{path} is missing; {GoldenCase.RewriteVariable}=1 writes it.");
            Assert.Equal(File.ReadAllText(path), file.Content);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_same_description_gives_the_same_bytes(string name) =>
        Assert.Equal(GoldenCase.Render(name).Files(), GoldenCase.Render(name).Files());

    /// <summary>What is rendered passes the very check that manifests of others have to pass, read back from its text too.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_check_finds_no_error(string name)
    {
        var rendered = GoldenCase.Render(name);
        foreach (var documents in new[] { [.. rendered.Manifests.Select(ManifestDocument.Of)], ManifestReader.Read(rendered.ManifestsYaml(), "manifests.yaml") })
        {
            Assert.Empty(ManifestCheck.Run(documents, new CheckOptions()).Where(finding => finding.Check.Severity == Severity.Error).Select(finding => $"{finding.Check.Code} {finding.Object} {finding.Path}: {finding.Seen}"));
        }
    }

    [Fact]
    public void The_smallest_description_has_about_fifteen_lines() =>
        Assert.InRange(GoldenCase.Text("one-machine").Split('\n').Count(line => line.Length > 0 && line[0] != '#'), 10, 15);

    [Fact]
    public void The_node_with_two_sockets_is_one_pod_with_the_planned_lanes()
    {
        var rendered = GoldenCase.Render("two-sockets");
        Assert.Equal(50, rendered.Guest.Processors);
        Assert.Equal((69 * 1024) + 2048, rendered.Guest.Memory.MiB);
        Assert.StartsWith("front end on 0-1\nbert-large 3: node 0, 12 lane(s) of 4 core(s) on 2-49", rendered.Cores, StringComparison.Ordinal);
        var pod = rendered.Manifests.Single(manifest => manifest.Kind == "Deployment").Content["spec"]!["template"]!["spec"]!;
        Assert.Single(pod["containers"]!.AsArray());
        Assert.Equal("50", (string?)pod["containers"]![0]!["resources"]!["limits"]!["cpu"]);
    }

    [Fact]
    public void A_guest_that_shows_two_nodes_is_planned_on_both()
    {
        var text = GoldenCase.Text("two-sockets").Replace("  lanes: 12", "  lanes: 6\n  numaNodes: 2", StringComparison.Ordinal);
        Assert.Equal(
            "front end on 0-1\nbert-large 3: node 0, 6 lane(s) of 4 core(s) on 2-25: the width was asked for\nbert-large 3: node 1, 6 lane(s) of 4 core(s) on 26-49: the width was asked for\n",
            DeploymentRenderer.Render(GoldenCase.Read(text)).Cores);
    }

    [Fact]
    public void The_description_changes_what_is_measured_when_it_changes_what_runs()
    {
        var before = GoldenCase.Render("one-machine").MrConfigId;
        var text = GoldenCase.Text("one-machine");
        Assert.NotEqual(before, DeploymentRenderer.Render(GoldenCase.Read(text.Replace("sha256:5e", "sha256:5f", StringComparison.Ordinal))).MrConfigId);
        Assert.NotEqual(before, DeploymentRenderer.Render(GoldenCase.Read(text.Replace("https://broker", "https://other", StringComparison.Ordinal))).MrConfigId);
        Assert.Equal(before, DeploymentRenderer.Render(GoldenCase.Describe("one-machine") with { Scaling = new ScalingDescription { Max = 9 } }).MrConfigId);
    }
}
