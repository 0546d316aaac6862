using System.Text.Json;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>Verifies one kind of evidence. The broker knows exactly those kinds for which it has a verifier.</summary>
internal interface IEvidenceVerifier
{
    /// <summary>The kind, as the protocol names it.</summary>
    string Tee { get; }

    /// <summary>Verifies evidence.</summary>
    /// <param name="evidence">The primary evidence, as sent.</param>
    /// <param name="reportData">What it must be bound to: 48 bytes.</param>
    /// <param name="initData">The initdata that the guest claims to run with; one that cannot be bound to the evidence is refused.</param>
    /// <param name="cancellationToken">Ends the verification.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF3005 or TSF3016 with the claim that failed; TSF3351 when it cannot be judged now.</exception>
    Task<VerifiedEvidence> VerifyAsync(JsonElement evidence, ReadOnlyMemory<byte> reportData, JsonElement? initData, CancellationToken cancellationToken);
}
