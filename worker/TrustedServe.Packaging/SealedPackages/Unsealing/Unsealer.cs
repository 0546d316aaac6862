using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Packages.Writing;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;
using TrustedServe.Packaging.Threads;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>Decrypts the segments of one package on several threads and writes each into its final place.</summary>
internal sealed class Unsealer(IBlobSource source, PackageHead head, OpenedPackage package, PackageOutput output, UnsealOptions options)
{
    private long done;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var plaintextSize = head.Envelope.PlaintextSize;
        var threads = (int)Math.Min(Math.Min(options.Threads, UnsealOptions.MaxThreads), SegmentLayout.SegmentCount(plaintextSize));
        var large = plaintextSize >= options.LargeFrom;

        // Segments begin anywhere in a chunk: one more of them than chunks are hashed at once.
        var window = (large && Sha256Lanes.IsSupported ? LeafHasher.ChunksAtOnce : LeafHasher.FewChunksAtOnce) + 1;
        await using SegmentFeed feed = source is FileBlobSource file
            ? new FileSegmentFeed(file, head.StreamOffset, plaintextSize, threads, window)
            : new ReadAheadSegmentFeed(source, head.StreamOffset, plaintextSize, options.Threads, cancellationToken);
        await DedicatedThreads.RunAsync(
            threads,
            "unseal",
            (_, stop) =>
            {
                options.ThreadStarted?.Invoke();
                using var cipher = package.Key.CreateCipher(digestsFollow: large);
                using var writer = new OutputWriter(output, feed.WindowSegments * SegmentLayout.SegmentSize);
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
