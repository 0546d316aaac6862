using System.Diagnostics;
using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Images;

/// <summary>The image, built twice by the command line and unpacked once, as a container engine would do it.</summary>
public sealed class BuiltImage : IAsyncLifetime
{
    // Two compilations and a download: a minute on two free cores, many on a loaded machine.
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(20);

    private readonly TemporaryDirectory work = new();

    /// <summary>Why there is none; null when there is one.</summary>
    public string? Absent { get; private set; }

    /// <summary>The digests that the two builds printed.</summary>
    public IReadOnlyList<string> Digests { get; private set; } = [];

    /// <summary>The first layout.</summary>
    public string Layout => work["image"];

    /// <summary>The unpacked file system.</summary>
    public string Root => work["root"];

    /// <summary>The image's configuration.</summary>
    public JsonElement Config { get; private set; }

    /// <summary>Builds and unpacks.</summary>
    public async ValueTask InitializeAsync()
    {
        Absent = Environment.UserName != "root" ? "Only root can start a root file system."
            : !File.Exists("/usr/bin/apt-get") || !File.Exists("/usr/bin/dpkg-deb") ? "The image is made of Debian packages, and apt-get or dpkg-deb is not installed."
            : null;
        var digests = new List<string>();
        foreach (var name in Absent is null ? new[] { "image", "again" } : [])
        {
            using var build = TrustedServeCommand.Start(work.Path, work["home"], "image", "build", "--out", work[name], "--json");
            var exitCode = await build.WaitAsync(BuildLimit);
            var output = build.Output;
            if (exitCode != 0 && output.Contains("apt-get", StringComparison.Ordinal))
            {
                Absent = $"The pinned Debian packages cannot be had here: {output}";
                return;
            }

            Assert.True(exitCode == 0, output);
            digests.Add(JsonDocument.Parse(output).RootElement.GetProperty("digest").GetString()!);
        }

        Digests = digests;
        if (Absent is null)
        {
            Unpack();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        work.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A blob as JSON.</summary>
    public JsonElement Document(string digest) => JsonDocument.Parse(File.ReadAllBytes(Blob(digest))).RootElement;

    /// <summary>The file of a blob.</summary>
    public string Blob(string digest) => Path.Combine(Layout, "blobs", "sha256", digest["sha256:".Length..]);

    private void Unpack()
    {
        var manifest = Document(Digests[0]);
        Config = Document(manifest.GetProperty("config").GetProperty("digest").GetString()!);
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        foreach (var layer in manifest.GetProperty("layers").EnumerateArray())
        {
            using var tar = Process.Start("tar", ["--extract", "--gzip", "--same-permissions", "--numeric-owner", "--directory", Root, "--file", Blob(layer.GetProperty("digest").GetString()!)]);
            tar.WaitForExit();
            Assert.Equal(0, tar.ExitCode);
        }
    }
}
