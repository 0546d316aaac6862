namespace TrustedServe.Packaging.Sealing;

/// <summary>
/// Where what lies in a stream of the format AES256-GCM-HKDF-1MB. The stream header belongs to segment 0, so every segment of
/// ciphertext ends on a multiple of 1 MiB, the last excepted.
/// </summary>
internal static class SegmentLayout
{
    public const int SegmentSize = 1 << 20;
    public const int HeaderSize = 40;
    public const int TagSize = 16;
    public const int FirstPlaintext = SegmentSize - HeaderSize - TagSize;
    public const int OtherPlaintext = SegmentSize - TagSize;

    /// <summary>1 TiB: far under the format's 2^32 segments, and small enough that no sum here can overflow.</summary>
    public const long MaxPlaintext = 1L << 40;

    /// <summary>The number of segments; an empty plaintext has one too.</summary>
    public static long SegmentCount(long plaintextSize) =>
        plaintextSize <= FirstPlaintext ? 1 : 1 + ((plaintextSize - FirstPlaintext + OtherPlaintext - 1) / OtherPlaintext);

    /// <summary>Length of stream header and ciphertext.</summary>
    public static long StreamSize(long plaintextSize) => HeaderSize + plaintextSize + (TagSize * SegmentCount(plaintextSize));

    /// <summary>Where a segment's plaintext begins.</summary>
    public static long PlaintextOffset(long segment) => segment == 0 ? 0 : FirstPlaintext + ((segment - 1) * OtherPlaintext);

    /// <summary>How much plaintext a segment carries.</summary>
    public static int PlaintextLength(long segment, long plaintextSize) =>
        (int)Math.Min(plaintextSize - PlaintextOffset(segment), segment == 0 ? FirstPlaintext : OtherPlaintext);

    /// <summary>Where a segment's ciphertext begins, counted from the stream header.</summary>
    public static long CiphertextOffset(long segment) => segment == 0 ? HeaderSize : segment * SegmentSize;

    /// <summary>The segment that carries a plaintext offset.</summary>
    public static long SegmentOf(long plaintextOffset) =>
        plaintextOffset < FirstPlaintext ? 0 : 1 + ((plaintextOffset - FirstPlaintext) / OtherPlaintext);
}
