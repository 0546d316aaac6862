namespace TrustedServe.Packaging.SealedPackages;

/// <summary>The clear part of a sealed package; bound to the ciphertext as its associated data.</summary>
public sealed record Envelope
{
    /// <summary>The format version that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the format: 1.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Version of the model.</summary>
    public required string Version { get; init; }

    /// <summary>Which key opens it, <c>kbs:///repository/type/tag</c>.</summary>
    public required string KeyId { get; init; }

    /// <summary>Length of the plaintext in bytes.</summary>
    public required long PlaintextSize { get; init; }

    /// <summary>Length of stream header and ciphertext in bytes.</summary>
    public required long CiphertextSize { get; init; }

    /// <summary>SHA-256 of the manifest's bytes, 64 lower-case hex digits.</summary>
    public required string ManifestDigest { get; init; }
}
