using System.Text.Json;
using TrustedServe.Attestation.Tdx.Policies;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>What a verifier found true.</summary>
/// <param name="Tee">Kind of evidence.</param>
/// <param name="Measurement">What the program is: lower-case hex.</param>
/// <param name="Status">The EAR status: <c>affirming</c>, <c>warning</c> or <c>contraindicated</c>.</param>
/// <param name="Trustworthiness">The AR4SI claims of the trustworthiness vector.</param>
/// <param name="ReportData">What it was bound to: lower-case hex.</param>
/// <param name="Claims">The claims of its kind, as they stand in the token.</param>
internal sealed record VerifiedEvidence(
    string Tee,
    string Measurement,
    string Status,
    IReadOnlyDictionary<string, int> Trustworthiness,
    string ReportData,
    JsonElement Claims)
{
    /// <summary>What a rule about TDX guests judges; null for other evidence.</summary>
    public PolicyClaims? Tdx { get; init; }

    /// <summary>The register to which initdata is bound, lower-case hex; null where the kind has none.</summary>
    public string? InitData { get; init; }

    /// <summary>What stands in the initdata that was sent and is bound; null when none was sent, or it is too long for a token.</summary>
    public JsonElement? InitDataClaims { get; init; }
}
