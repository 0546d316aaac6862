using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Attestation.Evidence;

/// <summary>Chooses where evidence comes from.</summary>
public static class EvidenceSources
{
    /// <summary>
    /// Gives the source that the configuration allows: the kernel's TDX reports where it offers any, and simulated evidence only
    /// where the configuration says so. That the reports are TDX quotes is checked with each one, before anything is asked of it.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="time">The clock of limits and waits.</param>
    /// <param name="logger">Gets what disturbs the asking for reports; null for none.</param>
    /// <exception cref="TsfException">TSF3007 when there is none; TSF0002 for a path that is not absolute.</exception>
    public static IEvidenceSource Create(TrustConfig config, TimeProvider time, ILogger? logger = null)
    {
        if (config.InsecureSimulatedEvidence)
        {
            return new InsecureSimulatedEvidenceSource();
        }

        return Directory.Exists(config.ReportRoot)
            ? new TdxEvidenceSource(new ConfigfsTsm(new ConfigfsTsmOptions { Root = config.ReportRoot }, time, logger), config.EventLogFile)
            : throw TsfErrors.EvidenceUnavailable.With(
                $"The key broker asks for evidence: the kernel offers no attestation reports at '{config.ReportRoot}', and simulated evidence is not allowed. "
                + "In a trust domain mount configfs and load tdx_guest; inside a confidential pod, use the guest API as key source.");
    }
}
