using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Keys;

/// <summary>
/// What a broker releases: the key together with what it may open. It is the only trust anchor of a package's signature, and
/// what makes an old sealed version useless. To a broker it is opaque bytes.
/// </summary>
public sealed class KeyRecord : IDisposable
{
    /// <summary>The 32-byte main key.</summary>
    public required SecretBuffer Key { get; init; }

    /// <summary>What the key opens.</summary>
    public required KeyPurpose Purpose { get; init; }

    /// <summary>Name of the only model that the key serves.</summary>
    public required string Model { get; init; }

    /// <summary>Digest of the only manifest that is accepted (64 hex digits), or null when <see cref="PublisherKey"/> decides.</summary>
    public string? ManifestDigest { get; init; }

    /// <summary>Public key (SubjectPublicKeyInfo, ECDSA P-256) whose signature is accepted, or null when <see cref="ManifestDigest"/> decides.</summary>
    public ReadOnlyMemory<byte>? PublisherKey { get; init; }

    /// <summary>Lowest version that is accepted; required for <see cref="KeyPurpose.Model"/>.</summary>
    public string? LowestVersion { get; init; }

    /// <summary>Reads a record. The key goes straight into a <see cref="SecretBuffer"/>; the caller zeroes the input.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF3xxx for anything that is not a record of a known version.</exception>
    public static KeyRecord Parse(ReadOnlySpan<byte> utf8) => KeyRecordCodec.Parse(utf8);

    /// <summary>The record's bytes, as they are put into a broker.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF3101 when the members do not make a record.</exception>
    public SecretBuffer ToUtf8() => KeyRecordCodec.Write(this);

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => Key.Dispose();
}
