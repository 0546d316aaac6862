using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Images;

public sealed class ImageTests(BuiltImage image, ServedDigits digits) : IClassFixture<BuiltImage>, IClassFixture<ServedDigits>
{
    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "zsh", "busybox", "toybox", "perl", "python3"];

    [Fact]
    public void Two_builds_are_the_same_image()
    {
        Assert.SkipWhen(image.Absent is not null, image.Absent ?? "");
        Assert.Equal(2, image.Digests.Count);
        Assert.Equal(image.Digests[0], image.Digests[1]);
        Assert.Equal(image.Digests[0], File.ReadAllText(Path.Combine(image.Layout, "digest")).TrimEnd());
    }

    [Fact]
    public void Blobs_are_what_their_names_say()
    {
        Assert.SkipWhen(image.Absent is not null, image.Absent ?? "");
        var blobs = Directory.GetFiles(Path.Combine(image.Layout, "blobs", "sha256"));
        Assert.Equal(4, blobs.Length); // two layers, configuration, manifest
        Assert.All(blobs, blob =>
        {
            using var stream = File.OpenRead(blob);
            Assert.Equal(Path.GetFileName(blob), Convert.ToHexStringLower(SHA256.HashData(stream)));
        });
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(image.Layout, "index.json")));
        var named = Assert.Single(index.RootElement.GetProperty("manifests").EnumerateArray());
        Assert.Equal(image.Digests[0], named.GetProperty("digest").GetString());
        Assert.Equal(new FileInfo(image.Blob(image.Digests[0])).Length, named.GetProperty("size").GetInt64());
    }

    [Fact]
    public void Nothing_can_be_started_but_the_two_programs()
    {
        Assert.SkipWhen(image.Absent is not null, image.Absent ?? "");
        var files = Directory.GetFiles(image.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
        Assert.DoesNotContain(files, file => Shells.Contains(Path.GetFileName(file)));
        Assert.DoesNotContain(files, file => Path.GetFileName(file) is "createdump" or "libmscordbi.so" or "libmscordaccore.so" or "libcoreclrtraceptprovider.so");
        Assert.DoesNotContain(files, file => file.EndsWith(".pdb", StringComparison.Ordinal));

        // No other file has an execute bit, none is a script, and nobody but root owns or may write any.
        var executable = files.Where(file => (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
        Assert.Equal(["/app/functions/TrustedServe.Functions", "/app/worker/TrustedServe.Worker", "/usr/lib64/ld-linux-x86-64.so.2"], executable.Select(file => file[image.Root.Length..]).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.SetUser | UnixFileMode.SetGroup)));
        Assert.DoesNotContain(files, file => StartsWith(file, "#!"u8));
    }

    [Fact]
    public void Every_library_of_a_program_is_one_that_it_refers_to()
    {
        Assert.SkipWhen(image.Absent is not null, image.Absent ?? "");
        foreach (var (folder, program) in new[] { ("functions", "TrustedServe.Functions"), ("worker", "TrustedServe.Worker") })
        {
            var libraries = Directory.GetFiles(Path.Combine(image.Root, "app", folder), "*.dll").ToDictionary(file => Path.GetFileNameWithoutExtension(file), References);
            Assert.DoesNotContain("onnxruntime", libraries.Keys); // another system's
            Assert.DoesNotContain("Microsoft.AspNetCore.Mvc.Core", libraries.Keys);

            // None too many, and none too few.
            Assert.Equal(libraries.Keys.Order(StringComparer.Ordinal), libraries.Values.SelectMany(names => names).Append(program).Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(libraries.Keys.Order(StringComparer.Ordinal), Listed(Path.Combine(image.Root, "app", folder, program + ".deps.json")).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Configuration_names_the_front_end_and_a_user_without_rights()
    {
        Assert.SkipWhen(image.Absent is not null, image.Absent ?? "");
        var config = image.Config.GetProperty("config");
        Assert.Equal("65532:65532", config.GetProperty("User").GetString());
        Assert.Equal("/app/functions/TrustedServe.Functions", Assert.Single(config.GetProperty("Entrypoint").EnumerateArray()).GetString());
        Assert.Equal(2, image.Config.GetProperty("rootfs").GetProperty("diff_ids").GetArrayLength());
        Assert.DoesNotContain(Repository.Root, image.Config.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bill_of_materials_has_what_is_in_it()
    {
        Assert.SkipWhen(image.Absent is not null, image.Absent ?? "");
        var inside = File.ReadAllBytes(Path.Combine(image.Root, "usr", "share", "trustedserve", "sbom.spdx.json"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(image.Layout, "sbom.spdx.json")), inside);
        using var sbom = JsonDocument.Parse(inside);
        Assert.Equal("SPDX-2.3", sbom.RootElement.GetProperty("spdxVersion").GetString());
        var packages = sbom.RootElement.GetProperty("packages").EnumerateArray().ToDictionary(package => package.GetProperty("name").GetString()!);
        foreach (var name in new[] { "libc6", "libstdc++6", "libssl3", "ca-certificates", "Microsoft.ML.OnnxRuntime", "Grpc.AspNetCore", "Microsoft.NETCore.App.Runtime.linux-x64", "Azure.Storage.Blobs" })
        {
            Assert.False(string.IsNullOrEmpty(packages[name].GetProperty("versionInfo").GetString()), name);
        }

        Assert.Equal(64, packages["libc6"].GetProperty("checksums")[0].GetProperty("checksumValue").GetString()!.Length);
        Assert.Equal(packages.Count, sbom.RootElement.GetProperty("relationships").GetArrayLength()); // the image itself is described, all others are contained
    }

    [Fact]
    public async Task Prediction_runs_in_the_read_only_file_system_as_the_user_without_rights()
    {
        Assert.SkipWhen(image.Absent is not null, image.Absent ?? "");
        using var heldOut = JsonDocument.Parse(File.ReadLines(Path.Combine(Repository.Samples, "digits", "heldout.jsonl")).First());
        var label = heldOut.RootElement.GetProperty("label").GetRawText();
        using var served = await ServedImage.StartAsync(image, digits);
        Assert.StartsWith($$"""{"{{label}}":""", await served.PredictAsync(heldOut.RootElement.GetProperty("image").GetRawText()), StringComparison.Ordinal);

        var processes = Processes.Descendants(served.Id).Append((served.Id, File.ReadAllText($"/proc/{served.Id}/cmdline"))).Where(process => process.Item2.Contains("/app/", StringComparison.Ordinal)).ToList();
        Assert.Contains(processes, process => process.Item2.StartsWith("/app/functions/TrustedServe.Functions", StringComparison.Ordinal));
        Assert.Contains(processes, process => process.Item2.StartsWith("/app/worker/TrustedServe.Worker", StringComparison.Ordinal));
        Assert.All(processes, process => Assert.Contains("Uid:\t65532\t65532\t65532\t65532", File.ReadAllText($"/proc/{process.Item1}/status"), StringComparison.Ordinal));
    }

    private static string[] References(string file)
    {
        using var library = new PEReader(File.OpenRead(file));
        var metadata = library.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private static List<string> Listed(string depsFile)
    {
        using var list = JsonDocument.Parse(File.ReadAllBytes(depsFile));
        return [.. list.RootElement.GetProperty("targets").EnumerateObject().SelectMany(target => target.Value.EnumerateObject())
            .SelectMany(library => library.Value.TryGetProperty("runtime", out var files) ? files.EnumerateObject().Select(file => Path.GetFileNameWithoutExtension(file.Name)) : [])];
    }

    private static bool StartsWith(string file, ReadOnlySpan<byte> beginning)
    {
        using var stream = File.OpenRead(file);
        Span<byte> seen = stackalloc byte[beginning.Length];
        return stream.ReadAtLeast(seen, seen.Length, throwOnEndOfStream: false) == seen.Length && seen.SequenceEqual(beginning);
    }
}
