using System.Collections.Concurrent;
using System.Security.Cryptography;
using CsCheck;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

/// <summary>Packages so large that chunks are hashed many at once.</summary>
public sealed class WindowTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void Messages_hashed_together_have_the_digests_that_the_platform_computes_however_small_the_steps()
    {
        if (!Sha256Lanes.IsSupported)
        {
            Assert.Skip("This processor has no AVX-512.");
        }

        Gen.Select(Gen.Int[1, Sha256Lanes.Count], Gen.Int[1, 40], Gen.Int, Gen.Int[1, 60_000]).Sample((count, blocks, seed, step) =>
        {
            var size = blocks * 64;
            var (prefix, messages) = (SamplePackage.Bytes(8, seed), SamplePackage.Bytes(count * size, seed));
            using var native = new NativeBuffer(messages.Length);
            messages.CopyTo(native.Span);
            var digests = new byte[count * 32];
            var lanes = new Sha256Lanes();
            lanes.Begin(prefix, native.Span, size);
            while (seed % 3 != 0 && !lanes.IsAtEnd)
            {
                Assert.InRange(lanes.Advance(step), 1, step + (64 * count));
            }

            lanes.End(digests);
            byte[][] expected = [.. messages.Chunk(size).Select(message => SHA256.HashData([.. prefix, .. message]))];
            Assert.Equal(expected.SelectMany(digest => digest), digests);
            Assert.False(lanes.IsBusy);
        });
    }

    [Theory]
    [InlineData(77, 1 << 20)]
    [InlineData((7 << 20) + 1, 300_000)]
    [InlineData(26 << 20, 5 << 20)]
    [InlineData((26 << 20) + 77, int.MaxValue)]
    [InlineData((58 << 20) + 77, 1_234_567)]
    public void Leaves_are_the_same_however_many_chunks_come_at_once_and_however_small_the_steps(int size, int step)
    {
        using var content = new NativeBuffer(size);
        SamplePackage.Bytes(size, 5).CopyTo(content.Span);
        var leaves = new byte[TreeDigest.ChunkCount(size) * 32];
        using var hasher = new LeafHasher();
        for (var first = 0; first < 2; first++)
        {
            // The second time with what is left of the steps of the first.
            leaves.AsSpan().Clear();
            hasher.Add(content.Span, leaves);
            hasher.Advance(step);
            hasher.Advance(step);
            hasher.Finish();
            var expected = content.Span.ToArray().Chunk(TreeDigest.ChunkSize).SelectMany(chunk => SHA256.HashData([.. "TSLEAF01"u8, .. chunk]));
            Assert.Equal(expected, leaves);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Large_package_comes_back_whole_and_one_changed_byte_of_it_does_not(int threads)
    {
        var package = SamplePackage.Create(temporary["p"], (70 << 20) + 4_321, 3 << 20);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
        await SamplePackage.UnsealAsync(temporary["a.tsealed"], temporary["out"], record, threads);
        PackageReader.OpenVerified(temporary["out"], 2, default);
        var bytes = File.ReadAllBytes(temporary["a.tsealed"]);
        await SamplePackage.UnsealAsync(new SlowSource(bytes), temporary["again"], record, threads);
        PackageReader.OpenVerified(temporary["again"], 1, default);

        bytes[23 << 20] ^= 1;
        File.WriteAllBytes(temporary["b.tsealed"], bytes);
        await Refusals.ExpectAsync("TSF1005", () => SamplePackage.UnsealAsync(temporary["b.tsealed"], temporary["changed"], record, threads));
        Assert.False(Path.Exists(temporary["changed"]));
    }

    [Fact]
    public async Task Large_content_that_the_manifest_does_not_announce_is_refused_although_it_decrypts()
    {
        using var fixture = await SealedFixture.CreateAsync(20 << 20);
        byte[] weights = SamplePackage.Bytes(3, 2), graph = SamplePackage.Bytes(20 << 20, 1);
        foreach (var place in new[] { 0, (1 << 20) - 1, 7 << 20, (17 << 20) + 5, graph.Length - 1 })
        {
            graph[place] ^= 1;
            Assert.Equal("TSF1013", (await fixture.RefusedAsync(fixture.Forge(SealedFixture.Archive(fixture.Package.ManifestBytes, weights, graph)))).Code);
            graph[place] ^= 1;
        }
    }

    [Fact]
    public async Task Callers_action_runs_on_every_thread_that_unseals_and_on_no_other()
    {
        var package = SamplePackage.Create(temporary["p"], 6 << 20);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["p"], temporary["a.tsealed"], record);
        await using var source = ModelStores.OpenFile(temporary["a.tsealed"]);
        var opened = await SealedPackage.OpenAsync(source, default);
        var threads = new ConcurrentBag<(int Id, bool IsPool)>();
        var options = new UnsealOptions { Threads = 3, ThreadStarted = () => threads.Add((Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread)) };
        await opened.UnsealAsync(record, temporary["out"], options, default);
        Assert.Equal(3, threads.Distinct().Count());
        Assert.All(threads, thread => Assert.False(thread.IsPool));

        options = options with { ThreadStarted = () => throw new InvalidOperationException("no place") };
        await Assert.ThrowsAsync<InvalidOperationException>(() => opened.UnsealAsync(record, temporary["refused"], options, default));
        Assert.False(Path.Exists(temporary["refused"]));
    }
}
