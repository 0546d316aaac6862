using System.CommandLine;
using System.Text.Json;
using TrustedServe.Cli.Output;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy render</c>: what a cluster, its machines and the broker need, from one description.</summary>
internal static class DeployRenderCommand
{
    private const string Standard = "-";

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var description = new Argument<string>("description") { Description = "The description, trustedserve.yaml (trustedserve.schema.json states its form)." };
        var to = new Option<string>("--out")
        {
            Description = "Folder to write to: manifests.yaml, node/ for the machines' administrator, broker/ for the key broker's. '-' prints the manifests alone.",
            DefaultValueFactory = _ => Standard,
        };
        var json = CommonOptions.Json();
        var command = new Command("render", "Render Kubernetes manifests, the kubelet's part and the broker's rule from a description.") { description, to, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var rendered = DeploymentRenderer.Render(DescriptionReader.ReadFile(parsed.GetValue(description)!));
            var folder = parsed.GetValue(to)!;
            if (folder != Standard)
            {
                await WriteAsync(rendered, folder, cancellationToken);
            }

            if (folder == Standard && !parsed.GetValue(json))
            {
                Console.Out.Write(rendered.ManifestsYaml());
                Console.Error.WriteLine($"MRCONFIGID of these instances is {rendered.MrConfigId}; --out FOLDER writes the broker's rule for it.");
                return 0;
            }

            Report.Print(parsed.GetValue(json), Machine(rendered, folder), $"{rendered.Objects.Count} objects", Rows(rendered, folder));
            return 0;
        });
        return command;
    }

    private static async Task WriteAsync(RenderedDeployment rendered, string folder, CancellationToken cancellationToken)
    {
        foreach (var file in rendered.Files())
        {
            var path = Path.Combine(folder, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, file.Content, cancellationToken);
        }
    }

    private static object Machine(RenderedDeployment rendered, string folder) => new
    {
        rendered.MrConfigId,
        guest = new { rendered.Guest.Processors, memoryMiB = rendered.Guest.Memory.MiB, rendered.Guest.Cores, containerMemoryMiB = rendered.Guest.ContainerMemory.MiB },
        memory = new { neededMiB = rendered.Memory.NeededMiB, limitMiB = rendered.Memory.Limit.MiB },
        objects = rendered.Manifests.Select(manifest => JsonSerializer.SerializeToElement(manifest.Content, StrictJson.Compact)),
        files = folder == Standard
            ? rendered.Files().ToDictionary(file => file.Name, file => (string?)file.Content)
            : rendered.Files().ToDictionary(file => file.Name, file => (string?)Path.Combine(folder, file.Name)),
    };

    private static IEnumerable<(string Name, string Value)> Rows(RenderedDeployment rendered, string folder) =>
    [
        .. rendered.Manifests.Select(manifest => ("object", manifest.ToString())),
        ("guest", $"{rendered.Guest.Processors} processors, {rendered.Guest.Memory.MiB} MiB"),
        ("memory", rendered.Memory.Arithmetic),
        ("cores", rendered.Cores.TrimEnd()),
        ("MRCONFIGID", rendered.MrConfigId),
        .. rendered.Files().Select(file => ("file", Path.Combine(folder, file.Name))),
    ];
}
