using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Threads;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>One thread reads and digests the package in order; the others encrypt and write segments. Buffers go round in a ring.</summary>
internal sealed class SealingPipeline(Package package, StreamKey key, SafeFileHandle output, long streamOffset, SealRequest request)
{
    private readonly long size = package.Layout.TotalSize;
    private long done;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var filled = new BlockingCollection<(long Segment, byte[] Buffer)>();
        using var free = new BlockingCollection<byte[]>();
        var buffers = Enumerable.Range(0, request.Threads + 2).Select(_ => GC.AllocateUninitializedArray<byte>(SegmentLayout.OtherPlaintext)).ToList();
        buffers.ForEach(free.Add);
        try
        {
            await DedicatedThreads.RunAsync(
                request.Threads + 1,
                "seal",
                (number, stop) =>
                {
                    if (number == 0)
                    {
                        Read(filled, free, stop);
                    }
                    else
                    {
                        Encrypt(filled, free, stop);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            buffers.ForEach(buffer => CryptographicOperations.ZeroMemory(buffer));
        }
    }

    private void Read(BlockingCollection<(long Segment, byte[] Buffer)> filled, BlockingCollection<byte[]> free, CancellationToken stop)
    {
        using var content = new ArchiveContent(package);
        for (long segment = 0; segment < SegmentLayout.SegmentCount(size); segment++)
        {
            var buffer = free.Take(stop);

            // The layout and the lengths come from the same manifest: every segment is filled, or reading fails.
            content.Read(buffer.AsSpan(0, SegmentLayout.PlaintextLength(segment, size)));
            filled.Add((segment, buffer), stop);
        }

        filled.CompleteAdding();
    }

    private void Encrypt(BlockingCollection<(long Segment, byte[] Buffer)> filled, BlockingCollection<byte[]> free, CancellationToken stop)
    {
        using var cipher = key.CreateCipher();
        var sealedSegment = GC.AllocateUninitializedArray<byte>(SegmentLayout.SegmentSize);
        var lastSegment = SegmentLayout.SegmentCount(size) - 1;
        foreach (var (segment, buffer) in filled.GetConsumingEnumerable(stop))
        {
            var length = SegmentLayout.PlaintextLength(segment, size);
            var bytes = sealedSegment.AsSpan(0, length + SegmentLayout.TagSize);
            cipher.Encrypt(segment, segment == lastSegment, buffer.AsSpan(0, length), bytes);
            free.Add(buffer, stop);
            SafeFiles.Write(output, bytes, streamOffset + SegmentLayout.CiphertextOffset(segment), request.Output);
            request.BytesDone?.Report(Interlocked.Add(ref done, length));
        }
    }
}
