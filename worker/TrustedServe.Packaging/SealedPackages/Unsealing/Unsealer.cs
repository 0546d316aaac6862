using System.Security.Cryptography;
using TrustedServe.Packaging.Packages.Writing;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;
using TrustedServe.Packaging.Threads;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>Decrypts the segments of one package on several threads, each straight into its final place.</summary>
internal sealed class Unsealer(IBlobSource source, PackageHead head, OpenedPackage package, PackageOutput output, IProgress<long>? bytesDone)
{
    private long done;

    public async Task RunAsync(int threads, CancellationToken cancellationToken)
    {
        var plaintextSize = head.Envelope.PlaintextSize;
        var segments = SegmentLayout.SegmentCount(plaintextSize);
        threads = (int)Math.Min(threads, segments);
        await using var feed = SegmentFeed.Create(source, head.StreamOffset, plaintextSize, threads, cancellationToken);
        await DedicatedThreads.RunAsync(
            threads,
            "unseal",
            (_, stop) =>
            {
                using var cipher = package.Key.CreateCipher();
                using var hasher = new ChunkHasher();
                var plaintext = GC.AllocateUninitializedArray<byte>(SegmentLayout.OtherPlaintext);
                try
                {
                    feed.Drain(
                        (segment, sealedSegment) =>
                        {
                            var part = plaintext.AsSpan(0, SegmentLayout.PlaintextLength(segment, plaintextSize));
                            PlaintextReader.Decrypt(cipher, segment, plaintextSize, sealedSegment, part, source.Location);
                            output.Write(SegmentLayout.PlaintextOffset(segment), part, hasher);
                            bytesDone?.Report(Interlocked.Add(ref done, part.Length));
                        },
                        stop);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(plaintext);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }
}
