using System.CommandLine;
using System.Globalization;
using TrustedServe.Cli.Hosting;
using TrustedServe.Cli.Output;
using TrustedServe.Kubernetes.Images;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve image build</c>: an OCI image layout, byte for byte the same each time.</summary>
internal static class ImageBuildCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "Folder of the OCI image layout; one that lies there is replaced.", Required = true };
        var packages = new Option<string?>("--packages") { Description = "Folder where Debian packages are kept from one build to the next; default: debian in the cache folder of trustedserve." };
        var refresh = new Option<bool>("--refresh-packages") { Description = "Take the newest Debian packages and pin them in deploy/container/debian.lock.json." };
        var json = CommonOptions.Json();
        var command = new Command("build", "Publish both programs, add the libraries that they need, write an OCI image layout and print its digest.") { output, packages, refresh, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var quiet = parsed.GetValue(json);
            var result = await ImageBuilder.BuildAsync(
                new ImageBuildOptions
                {
                    SourceFolder = Programs.Clone ?? throw TsfErrors.Usage.With("The image is built from a clone, and this program was not built in one."),
                    Output = parsed.GetValue(output)!,
                    PackageFolder = Path.GetFullPath(parsed.GetValue(packages) ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "trustedserve", "debian")),
                    RefreshPackages = parsed.GetValue(refresh),
                    Progress = step =>
                    {
                        if (!quiet)
                        {
                            Console.Error.WriteLine(step);
                        }
                    },
                },
                cancellationToken);
            Report.Print(
                quiet,
                result,
                "image",
                [
                    ("digest", result.Digest),
                    ("layers, compressed", Report.Bytes(result.LayerBytes)),
                    ("parts", string.Create(CultureInfo.InvariantCulture, $"{result.Packages}, listed in {Path.Combine(result.Output, "sbom.spdx.json")}")),
                    ("layout", result.Output),
                ]);
            return 0;
        });
        return command;
    }
}
