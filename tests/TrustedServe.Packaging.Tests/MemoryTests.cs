using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

/// <summary>Counts what the whole process allocates, so nothing may run beside it.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Memory_of_sealing_and_opening_does_not_grow_with_the_package()
    {
        const long size = 256L << 20;
        const long bound = 48L << 20;
        Directory.CreateDirectory(temporary["p"]);
        File.WriteAllBytes(temporary["p", "model.onnx"], [1]);
        using (var sparse = File.OpenHandle(temporary["p", "weights.bin"], FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(sparse, size);
        }

        var package = PackageWriter.WriteManifest(temporary["p"], SamplePackage.Draft(), 2, default);
        using var record = SamplePackage.Record(package);
        await WithinAsync(() => SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record));
        await using var source = ModelStores.OpenFile(temporary["a.tsealed"]);
        var opened = await SealedPackage.OpenAsync(source, default);
        await WithinAsync(() => opened.UnsealAsync(record, temporary["out"], 2, null, default));
        await WithinAsync(() => opened.VerifyAsync(record, null, default));

        static async Task WithinAsync(Func<Task> action)
        {
            // All that is allocated, not what is alive: a bound on the one is a bound on the other.
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await action();
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, bound);
        }
    }
}
