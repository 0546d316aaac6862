using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Attestation.Evidence;

/// <summary>Chooses where evidence comes from.</summary>
public static class EvidenceSources
{
    /// <summary>Gives the source that the configuration allows; never simulated evidence unless it says so.</summary>
    /// <exception cref="TsfException">TSF3007 when there is none.</exception>
    public static IEvidenceSource Create(TrustConfig config) => config.InsecureSimulatedEvidence
        ? new InsecureSimulatedEvidenceSource()
        : throw TsfErrors.EvidenceUnavailable.With(
            "The key broker asks for evidence: this version makes none from hardware itself, and simulated evidence is not allowed. Inside a confidential pod, use the guest API as key source.");
}
