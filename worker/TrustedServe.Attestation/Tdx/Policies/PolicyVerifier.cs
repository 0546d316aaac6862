using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>Verifies a quote and judges what it says by a policy, in one call, so that neither is forgotten.</summary>
public static class PolicyVerifier
{
    /// <summary>Verifies and judges.</summary>
    /// <param name="quote">The quote.</param>
    /// <param name="collateral">Collateral that was verified before, against the same root.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="reportData">What the quote must be bound to: 64 bytes, or fewer where the rest must be zero.</param>
    /// <param name="clock">The moment at which everything must be valid.</param>
    public static PolicyVerification Verify(ReadOnlySpan<byte> quote, VerifiedCollateral collateral, AttestationPolicy policy, ReadOnlyMemory<byte> reportData, DateTimeOffset clock)
    {
        var verdict = TdxVerifier.Verify(quote, collateral, clock, OptionsOf(policy, reportData, collateral.TrustAnchor));
        return new PolicyVerification(verdict, ClaimsOf(verdict, collateral) is { } claims ? policy.Evaluate(claims, clock) : null);
    }

    /// <summary>What a policy judges of a verdict; null when the bytes were no quote.</summary>
    public static PolicyClaims? ClaimsOf(TdxVerdict verdict, VerifiedCollateral collateral)
    {
        if (verdict.Claims is not { } claims)
        {
            return null;
        }

        var report = claims.Report;
        return new PolicyClaims
        {
            TcbStatus = verdict.Status.ToString(),
            TcbDate = verdict.Tcb?.Date,
            PlatformTcbDate = verdict.Tcb?.PlatformDate,
            EvaluationDataNumber = collateral is { TcbInfo: { } info, QeIdentity: { } identity } ? Math.Min(info.EvaluationDataNumber, identity.EvaluationDataNumber) : null,
            Advisories = [.. verdict.AdvisoryIds],
            Debug = report.IsDebug,
            MrTd = report.MrTd.ToArray(),
            MrSeam = report.MrSeam.ToArray(),
            MrConfigId = report.MrConfigId.ToArray(),
            Rtmrs = [report.Rtmr(0).ToArray(), report.Rtmr(1).ToArray(), report.Rtmr(2).ToArray(), report.Rtmr(3).ToArray()],
        };
    }

    /// <summary>The verifier accepts no more than the policy could; the policy's own rules then say it value by value.</summary>
    private static TdxVerifierOptions OptionsOf(AttestationPolicy policy, ReadOnlyMemory<byte> reportData, TrustAnchor anchor)
    {
        var statuses = policy.TcbStatuses.Select(Enum.Parse<TcbStatus>);
        return new TdxVerifierOptions
        {
            TrustAnchor = anchor,
            AcceptedStatuses = [.. policy.OutOfDateGraceDays > 0 ? statuses.Append(TcbStatus.OutOfDate) : statuses],
            MinimumEvaluationDataNumber = policy.MinimumEvaluationDataNumber ?? 0,
            InsecureAllowDebug = policy.InsecureAllowDebug,
            Expectations = new TdxExpectations { ReportData = reportData },
        };
    }
}
