namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>
/// Everything besides a quote that its verification needs, as it was served and not yet believed. The bytes are kept as they are:
/// signatures cover them.
/// </summary>
public sealed record TdxCollateral
{
    /// <summary>The answer with TCB info: an object with the members <c>tcbInfo</c> and <c>signature</c>.</summary>
    public required ReadOnlyMemory<byte> TcbInfo { get; init; }

    /// <summary>PEM: the signer of TCB info, then the root.</summary>
    public required ReadOnlyMemory<byte> TcbInfoIssuerChain { get; init; }

    /// <summary>The answer with QE identity: an object with the members <c>enclaveIdentity</c> and <c>signature</c>.</summary>
    public required ReadOnlyMemory<byte> QeIdentity { get; init; }

    /// <summary>PEM: the signer of QE identity, then the root.</summary>
    public required ReadOnlyMemory<byte> QeIdentityIssuerChain { get; init; }

    /// <summary>DER: the revocation list of the authority that issued the platform's certificate; empty when there is none.</summary>
    public ReadOnlyMemory<byte> PckCrl { get; init; }

    /// <summary>PEM: the authority that issued <see cref="PckCrl"/>, then the root; empty when it is left out (the quote carries the same).</summary>
    public ReadOnlyMemory<byte> PckCrlIssuerChain { get; init; }

    /// <summary>DER: the root's revocation list; empty when there is none.</summary>
    public ReadOnlyMemory<byte> RootCaCrl { get; init; }
}
