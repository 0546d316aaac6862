namespace TrustedServe.Packaging.SealedPackages;

/// <summary>What a look at a sealed package could prove, and what it could not.</summary>
public sealed record VerificationReport
{
    /// <summary>The clear part.</summary>
    public required Envelope Envelope { get; init; }

    /// <summary>What is known of the signature.</summary>
    public required SignatureState Signature { get; init; }

    /// <summary>Fingerprint of the signer that the signature block names (64 hex digits); null when there is no signature.</summary>
    public string? Signer { get; init; }

    /// <summary>What was proven, one sentence each.</summary>
    public required IReadOnlyList<string> Proven { get; init; }

    /// <summary>What was not proven, one sentence each.</summary>
    public required IReadOnlyList<string> NotProven { get; init; }
}
