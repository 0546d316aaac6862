using System.Diagnostics;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

public sealed class BoundsTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Cancelled_unsealing_leaves_nothing()
    {
        var package = SamplePackage.Create(temporary["p"], 8 << 20);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
        await using var source = new SlowSource(File.ReadAllBytes(temporary["a.tsealed"]), milliseconds: 20);
        var opened = await SealedPackage.OpenAsync(source, default);
        using var cancel = new CancellationTokenSource();
        var progress = new CancelAtOnce(cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened.UnsealAsync(record, temporary["out"], 2, progress, cancel.Token));
        Assert.False(Directory.Exists(temporary["out"]));
    }

    [Fact]
    public async Task Directory_in_use_is_refused_and_left_alone()
    {
        var package = SamplePackage.Create(temporary["p"], 100);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
        await Refusals.ExpectAsync("TSF1017", () => SamplePackage.UnsealAsync(temporary["a.tsealed"], temporary["p"], record));
        PackageReader.OpenVerified(temporary["p"], 1, default);
    }

    [Fact]
    public async Task Full_volume_is_said_plainly_and_left_empty()
    {
        Directory.CreateDirectory(temporary["small"]);
        if (await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", temporary["small"]) != 0)
        {
            Assert.Skip("Mounting a small tmpfs needs rights that this process does not have.");
        }

        try
        {
            var package = SamplePackage.Create(temporary["p"], 5 << 20);
            using var record = SamplePackage.Record(package);
            await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
            await Refusals.ExpectAsync("TSF0006", () => SamplePackage.UnsealAsync(temporary["a.tsealed"], temporary["small"], record));
            await Refusals.ExpectAsync("TSF0006", () => SamplePackage.SealAsync(temporary["p"], temporary["small", "b.tsealed"], record));
            Refusals.Expect("TSF0006", () => PackageWriter.WriteArchive(temporary["p"], temporary["small", "b.tspkg"], default));
            await Refusals.ExpectAsync("TSF0006", () => ModelStores.Open(temporary["small"]).AddAsync(temporary["a.tsealed"], false, default));
            Assert.DoesNotContain(Directory.GetFiles(temporary["small"], "*", SearchOption.AllDirectories), path => !path.EndsWith("index.lock", StringComparison.Ordinal));
        }
        finally
        {
            await RunAsync("umount", temporary["small"]);
        }
    }

    [Fact]
    public async Task Volume_that_fills_up_meanwhile_is_said_plainly_and_left_empty()
    {
        Directory.CreateDirectory(temporary["small"]);
        if (await RunAsync("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", temporary["small"]) != 0)
        {
            Assert.Skip("Mounting a small tmpfs needs rights that this process does not have.");
        }

        try
        {
            var package = SamplePackage.Create(temporary["p"], 12 << 20);
            using var record = SamplePackage.Record(package);
            await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
            var target = temporary["small", "out"];
            await using var source = ModelStores.OpenFile(temporary["a.tsealed"]);
            var opened = await SealedPackage.OpenAsync(source, default);
            var options = new UnsealOptions { Threads = 1, BytesDone = new FillAtOnce(temporary["small", "filler"]) };
            await Refusals.ExpectAsync("TSF0006", () => opened.UnsealAsync(record, target, options, default));
            Assert.False(Directory.Exists(target));
        }
        finally
        {
            await RunAsync("umount", temporary["small"]);
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    private sealed class CancelAtOnce(CancellationTokenSource cancel) : IProgress<long>
    {
        public void Report(long value) => cancel.Cancel();
    }

    /// <summary>Takes all the space that is left when the first segment is done.</summary>
    private sealed class FillAtOnce(string path) : IProgress<long>
    {
        public void Report(long value)
        {
            using var filler = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[4096];
            try
            {
                while (true)
                {
                    filler.Write(block);
                }
            }
            catch (IOException)
            {
                // Full, as it should be.
            }
        }
    }
}
