using System.Security.Cryptography;
using TrustedServe.Packaging.Keys;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>What is to be sealed, under which key, and where it goes.</summary>
public sealed record SealRequest
{
    /// <summary>The package: a directory or an archive.</summary>
    public required string Package { get; init; }

    /// <summary>The sealed file to write; there whole or not at all.</summary>
    public required string Output { get; init; }

    /// <summary>The key's name at the broker.</summary>
    public required KeyId KeyId { get; init; }

    /// <summary>The key and what it may open; it must allow this package.</summary>
    public required KeyRecord Record { get; init; }

    /// <summary>The publisher's private key, ECDSA P-256; null to leave the package unsigned.</summary>
    public ECDsa? Signer { get; init; }

    /// <summary>Whether an existing output is replaced; default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How many threads encrypt, 1 or more; default: one a processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Told the bytes of plaintext that are done so far.</summary>
    public IProgress<long>? BytesDone { get; init; }
}
