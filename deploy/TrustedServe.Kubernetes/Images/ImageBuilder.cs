using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Images;

/// <summary>Builds the image of front end and worker without a container engine: libraries of pinned Debian packages below, both programs with their runtime above.</summary>
/// <remarks>
/// 1. Both programs are published with the runtime, compiled ahead of time, and lose what nothing in them refers to. 2. The pinned packages are fetched, verified and
/// unpacked. 3. The bill of materials is written. 4. The layers are written, then what describes them. 5. The finished layout
/// takes the old one's place. There is no shell in it, nothing to start but the two programs, and nothing to debug them with.
/// </remarks>
public static class ImageBuilder
{
    private const string Epoch = "1970-01-01T00:00:00Z";
    private const string SbomPath = "usr/share/trustedserve/sbom.spdx.json";

    // No part of a program that runs: symbols, and what a web server of another system reads.
    private static readonly string[] LeftOut = [".pdb", ".xml", "web.config"];

    private static readonly (string Folder, string Project, string Name)[] Programs =
        [("functions", "TrustedServe.Functions", "functions"), ("worker", "TrustedServe.Worker", "worker")];

    /// <summary>Builds it.</summary>
    /// <exception cref="TsfException">TSF706x with what failed.</exception>
    public static async Task<ImageBuildResult> BuildAsync(ImageBuildOptions options, CancellationToken cancellationToken)
    {
        var output = Path.GetFullPath(options.Output);
        if (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any() && !File.Exists(Path.Combine(output, "oci-layout")))
        {
            throw TsfErrors.Usage.With($"{output} is not empty and no image layout: it is not replaced.");
        }

        var work = Directory.CreateTempSubdirectory("trustedserve-image-").FullName;
        try
        {
            var programs = await PublishAsync(options, work, cancellationToken); // 1
            var packages = await PackagesAsync(options, cancellationToken); // 2
            options.Progress("unpacking libraries");
            var unpacked = Directory.CreateDirectory(Path.Combine(work, "debian")).FullName;
            await new DebianPackages(options.PackageFolder).UnpackAsync(packages, unpacked, cancellationToken);
            var version = typeof(ImageBuilder).Assembly.GetName().Version!.ToString(3);
            var parts = packages.Select(SbomPackage.Of).Concat(Programs.SelectMany((program, i) => Sbom.NuGetPackages(Path.Combine(programs[i], program.Project + ".deps.json")))).DistinctBy(part => part.Purl).ToList();
            var sbom = Path.Combine(work, "sbom.spdx.json");
            await File.WriteAllBytesAsync(sbom, Sbom.Write(version, parts), cancellationToken); // 3
            options.Progress("writing layers");
            var layout = Path.Combine(work, "layout");
            var scratch = Directory.CreateDirectory(Path.Combine(work, "scratch")).FullName;
            var manifest = Write(layout, [RootFilesystem.Create(unpacked, programs, scratch), Application(programs, sbom)], version, out var layerBytes); // 4
            File.Copy(sbom, Path.Combine(layout, "sbom.spdx.json"));
            await File.WriteAllTextAsync(Path.Combine(layout, "digest"), manifest.Digest + "\n", cancellationToken);
            Replace(layout, output); // 5
            return new(output, manifest.Digest, layerBytes, parts.Count);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<string[]> PublishAsync(ImageBuildOptions options, string work, CancellationToken cancellationToken)
    {
        var artifacts = Path.Combine(work, "artifacts");
        var folders = new List<string>();
        foreach (var (folder, project, name) in Programs)
        {
            options.Progress($"publishing {project}");
            folders.Add(Path.Combine(work, name));
            await Tool.RunAsync(
                "dotnet",
                [
                    "publish", Path.Combine(options.SourceFolder, folder, project, project + ".csproj"), "--configuration", "Release", "--runtime", "linux-x64", "--self-contained",
                    "--output", folders[^1], "--artifacts-path", artifacts, "--verbosity", "quiet", "-nologo", "-p:PublishReadyToRun=true", "-p:DebugType=none",

                    // Equal sources are an equal image, whatever commit they are of.
                    "-p:IncludeSourceRevisionInInformationalVersion=false",

                    // What only tells people of mistakes was run when the project was built.
                    "-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false",
                    $"-p:CustomAfterMicrosoftCommonTargets={Path.Combine(options.SourceFolder, "deploy", "container", "image.targets")}",

                    // Neither the clone's nor the scratch folder's name may show in what is compiled.
                    $"-p:PathMap={options.SourceFolder}/=/_/%2c{artifacts}/=/_/artifacts/",
                ],
                options.SourceFolder,
                cancellationToken);
            ReferencedAssemblies.Keep(folders[^1], project);
        }

        return [.. folders];
    }

    private static async Task<IReadOnlyList<DebianPackage>> PackagesAsync(ImageBuildOptions options, CancellationToken cancellationToken)
    {
        options.Progress("fetching Debian packages");
        var file = Path.Combine(options.SourceFolder, "deploy", "container", "debian.lock.json");
        var packages = DebianLock.Parse(await File.ReadAllBytesAsync(file, cancellationToken));
        var debian = new DebianPackages(options.PackageFolder);
        if (options.RefreshPackages)
        {
            packages = await debian.RefreshAsync(packages, cancellationToken);
            await File.WriteAllTextAsync(file, DebianLock.Format(packages), cancellationToken);
        }

        await debian.FetchAsync(packages, cancellationToken);
        return packages;
    }

    private static ImageTree Application(string[] programs, string sbom)
    {
        var tree = new ImageTree();
        for (var i = 0; i < programs.Length; i++)
        {
            foreach (var file in Directory.EnumerateFiles(programs[i], "*", SearchOption.AllDirectories))
            {
                if (!LeftOut.Any(end => file.EndsWith(end, StringComparison.Ordinal)))
                {
                    tree.AddFile($"app/{Programs[i].Name}/{Path.GetRelativePath(programs[i], file)}", file, executable: Path.GetFileName(file) == Programs[i].Project);
                }
            }
        }

        tree.AddFile(SbomPath, sbom);
        return tree;
    }

    private static OciBlob Write(string folder, ImageTree[] trees, string version, out long layerBytes)
    {
        var layout = new OciLayout(folder);
        var layers = trees.Select(layout.AddLayer).ToList();
        layerBytes = layers.Sum(layer => layer.Blob.Size);
        var labels = new Dictionary<string, string>
        {
            ["org.opencontainers.image.title"] = "trustedserve",
            ["org.opencontainers.image.version"] = version,
            ["org.opencontainers.image.licenses"] = "Apache-2.0",
        };
        var config = layout.AddDocument("application/vnd.oci.image.config.v1+json", new Dictionary<string, object>
        {
            ["created"] = Epoch,
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new Dictionary<string, object>
            {
                ["User"] = $"{RootFilesystem.User}:{RootFilesystem.User}",
                ["Env"] = new[] { "PATH=/app/functions", "DOTNET_EnableDiagnostics=0" },
                ["Entrypoint"] = new[] { "/app/functions/TrustedServe.Functions" },
                ["WorkingDir"] = "/",
                ["StopSignal"] = "SIGTERM",
                ["Labels"] = labels,
            },
            ["rootfs"] = new { type = "layers", diff_ids = layers.Select(layer => layer.DiffId) },
            ["history"] = new[] { new { created = Epoch, created_by = "trustedserve image build: libraries" }, new { created = Epoch, created_by = "trustedserve image build: programs" } },
        });
        var manifest = layout.AddDocument("application/vnd.oci.image.manifest.v1+json", new
        {
            schemaVersion = 2,
            mediaType = "application/vnd.oci.image.manifest.v1+json",
            config,
            layers = layers.Select(layer => layer.Blob),
            annotations = labels,
        });
        layout.Finish(manifest, $"trustedserve:{version}");
        return manifest;
    }

    // A copy first: the output may lie on another file system than the scratch folder.
    private static void Replace(string layout, string output)
    {
        var beside = output + ".new";
        if (Directory.Exists(beside))
        {
            Directory.Delete(beside, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(layout, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(beside, Path.GetRelativePath(layout, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }

        Directory.Move(beside, output);
    }
}
