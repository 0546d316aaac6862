using System.Buffers.Binary;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>
/// Writes an initdata document as an annotation: base64 of gzip. The content is stored, not compressed: what a compressor writes
/// changes between versions of the runtime, and a changed annotation restarts every pod.
/// </summary>
internal static class InitDataAnnotation
{
    private const int MaxBlock = ushort.MaxValue;

    public static string Write(ReadOnlySpan<byte> document)
    {
        // Header: deflate, no flags, no time, no hints, unknown system.
        var gzip = new List<byte> { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };
        Span<byte> head = stackalloc byte[5];
        for (var at = 0; at == 0 || at < document.Length; at += MaxBlock)
        {
            var block = document[at..Math.Min(document.Length, at + MaxBlock)];
            head[0] = at + MaxBlock >= document.Length ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)block.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(head[3..], (ushort)~block.Length);
            gzip.AddRange(head);
            gzip.AddRange(block);
        }

        Span<byte> tail = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Crc32(document));
        BinaryPrimitives.WriteUInt32LittleEndian(tail[4..], (uint)document.Length);
        gzip.AddRange(tail);
        return Convert.ToBase64String([.. gzip]);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
