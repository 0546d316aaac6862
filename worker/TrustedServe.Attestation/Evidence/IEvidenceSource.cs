namespace TrustedServe.Attestation.Evidence;

/// <summary>Makes evidence of what this process is, bound to data that the verifier gives.</summary>
public interface IEvidenceSource
{
    /// <summary>The name of the kind of evidence in the KBS protocol, for example <c>tdx</c>.</summary>
    string Tee { get; }

    /// <summary>Which trust it gives: <c>tdx</c> or <c>insecure-simulated</c>.</summary>
    string TrustKind { get; }

    /// <summary>Makes fresh evidence.</summary>
    /// <param name="reportData">What the evidence is bound to: a SHA-384 digest of 48 bytes.</param>
    /// <param name="cancellationToken">Ends the wait; hardware may take seconds.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF3007 when it cannot be made.</exception>
    Task<EvidenceReport> GetEvidenceAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken);
}
