using TrustedServe.Attestation.Tdx.Collateral;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>How up to date the evidence is, part by part and together.</summary>
/// <param name="Status">The worst of all parts, and whether launching the TD again would help.</param>
/// <param name="Launch">The platform's status with the module that the TD was launched on.</param>
/// <param name="Current">The platform's status with the module that runs now; null when the quote does not name it (TDX 1.0 body).</param>
/// <param name="QuotingEnclave">The quoting enclave's status.</param>
/// <param name="Date">The earliest TCB date among the selected levels.</param>
/// <param name="PlatformDate">The TCB date of the platform's level; with a module updated since the launch, the earlier of its two levels'.</param>
/// <param name="AdvisoryIds">Every advisory that a selected level leaves open, sorted.</param>
public sealed record TcbAssessment(
    TcbStatus Status,
    PlatformStatus Launch,
    PlatformStatus? Current,
    TcbStatus QuotingEnclave,
    DateTimeOffset Date,
    DateTimeOffset PlatformDate,
    IReadOnlyList<string> AdvisoryIds);
