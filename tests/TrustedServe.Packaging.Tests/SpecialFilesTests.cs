using System.Diagnostics;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

/// <summary>Opening a pipe waits for whoever writes into it, perhaps for ever: what is no ordinary file is refused before it is opened.</summary>
public sealed class SpecialFilesTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public Task Manifest_that_is_a_pipe_is_refused()
    {
        Directory.CreateDirectory(temporary["p"]);
        Pipe(temporary["p", PackagePath.Manifest]);
        return RefusedAsync(() => PackageReader.Open(temporary["p"]));
    }

    [Fact]
    public Task Archive_that_is_a_pipe_is_refused()
    {
        Pipe(temporary["a.tsfp"]);
        return RefusedAsync(() => PackageReader.Open(temporary["a.tsfp"]));
    }

    [Fact]
    public Task Sealed_file_that_is_a_pipe_is_refused()
    {
        Pipe(temporary["a.tsealed"]);
        return RefusedAsync(() => _ = new FileBlobSource(temporary["a.tsealed"]));
    }

    [Fact]
    public Task Link_to_a_device_is_refused()
    {
        File.CreateSymbolicLink(temporary["a.tsealed"], "/dev/zero");
        return RefusedAsync(() => _ = new FileBlobSource(temporary["a.tsealed"]));
    }

    [Fact]
    public Task Listed_file_that_is_a_pipe_is_refused()
    {
        SamplePackage.Create(temporary["p"], 100);
        File.Delete(temporary["p", "data", "weights.bin"]);
        Pipe(temporary["p", "data", "weights.bin"]);
        return RefusedAsync(() => PackageReader.OpenVerified(temporary["p"], 1, default));
    }

    [Fact]
    public void New_file_is_for_its_owner_alone_and_its_handle_outlives_collections()
    {
        using var handle = SafeFiles.CreateNew(temporary["new"], 1 << 16);
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        SafeFiles.Write(handle, "content"u8, 0, temporary["new"]);
        Assert.False(handle.IsClosed);
        Assert.Equal(SafeFiles.OwnerOnlyFile, File.GetUnixFileMode(temporary["new"]));
    }

    private static async Task RefusedAsync(Action open)
    {
        var failure = await Assert.ThrowsAsync<TsfException>(() => Task.Run(open).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("TSF1015", failure.Code);
    }

    private static void Pipe(string path)
    {
        using var tool = Process.Start("mkfifo", [path]);
        tool.WaitForExit();
        Assert.Equal(0, tool.ExitCode);
    }
}
