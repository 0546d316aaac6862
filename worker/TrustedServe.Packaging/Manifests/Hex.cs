namespace TrustedServe.Packaging.Manifests;

/// <summary>Digests as text.</summary>
internal static class Hex
{
    /// <summary>Whether the text is 64 lower-case hex digits.</summary>
    public static bool IsDigest(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");

    public static string Write(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
