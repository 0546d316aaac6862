using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Packages.Writing;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;
using TrustedServe.Packaging.Threads;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>Decrypts the segments of one package on several threads and writes each into its final place.</summary>
internal sealed class Unsealer(IBlobSource source, PackageHead head, OpenedPackage package, PackageOutput output, UnsealOptions options)
{
    // Segments begin anywhere in a chunk: one more of them than chunks are hashed at once.
    private const int SegmentsPerWindow = LeafHasher.FewChunksAtOnce + 1;
    private const int SegmentsPerLargeWindow = LeafHasher.ChunksAtOnce + 1;

    // A file of a tmpfs takes one writer at a time: more threads than this would wait, each with two windows of memory.
    private const int MaxThreads = 8;

    private long done;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var plaintextSize = head.Envelope.PlaintextSize;
        var segments = SegmentLayout.SegmentCount(plaintextSize);
        var threads = (int)Math.Min(Math.Min(options.Threads, MaxThreads), segments);

        // The same number of blocks for each thread, so that none is idle at the end.
        var large = plaintextSize >= options.LargeFrom;
        var round = threads * (large ? SegmentsPerLargeWindow : SegmentsPerWindow);
        var blocks = Math.Min(segments, (segments + round - 1) / round * threads);
        var window = (int)((segments + blocks - 1) / blocks);
        await using var feed = SegmentFeed.Create(source, head.StreamOffset, plaintextSize, threads, blocks, cancellationToken);
        await DedicatedThreads.RunAsync(
            threads,
            "unseal",
            (_, stop) =>
            {
                options.ThreadStarted?.Invoke();
                using var cipher = package.Key.CreateCipher(digestsFollow: large);
                using var writer = new OutputWriter(output, window * SegmentLayout.SegmentSize);
                feed.Drain(
                    (segment, sealedSegment) =>
                    {
                        var plaintext = writer.Room(SegmentLayout.PlaintextOffset(segment), SegmentLayout.PlaintextLength(segment, plaintextSize));
                        PlaintextReader.Decrypt(cipher, segment, plaintextSize, sealedSegment, plaintext, source.Location);
                        writer.Write(plaintext.Length);
                        options.BytesDone?.Report(Interlocked.Add(ref done, plaintext.Length));
                    },
                    stop);
                writer.Finish();
            },
            cancellationToken).ConfigureAwait(false);
    }
}
