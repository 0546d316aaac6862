using System.Diagnostics;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Quotes;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>Verifies TDX quotes: no network, no native library, no clock of its own. The result is a value; nothing is thrown for bad evidence.</summary>
/// <remarks>
/// In this order, and nothing after the first step that fails:
/// 1. form of the quote and what follows it;
/// 2. certificate chain: three certificates, pinned root key, signatures, roles, validity, the platform's extension;
/// 3. revocation: the root's list and the intermediate, the issuer's list and the leaf;
/// 4. the platform's signature over the quoting enclave's report, the binding of the attestation key, the quote's signature;
/// 5. TCB info, then QE identity: signer, signature over the bytes as served, contents, dates;
/// 6. TCB info is about this platform;
/// 7. the quoting enclave is Intel's, and its level;
/// 8. the TDX module's identity, 9. the platform's level, 10. the module's level, at launch and (TDX 1.5) now;
/// 11. the worst of all is an accepted status;
/// 12. evaluation number, debugging, service TDs, and the TD that is expected.
/// </remarks>
public static class TdxVerifier
{
    /// <summary>Verifies a quote with collateral as it was served.</summary>
    /// <param name="quote">The quote; not kept.</param>
    /// <param name="collateral">The collateral; null only helps with <see cref="TdxVerifierOptions.InsecureAllowMissingCollateral"/>.</param>
    /// <param name="clock">The moment at which everything must be valid.</param>
    /// <param name="options">What is accepted; null for the defaults.</param>
    public static TdxVerdict Verify(ReadOnlySpan<byte> quote, TdxCollateral? collateral, DateTimeOffset clock, TdxVerifierOptions? options = null)
    {
        options ??= TdxVerifierOptions.Default;
        return Run(quote, collateral is null ? null : VerifiedCollateral.Create(collateral, options.TrustAnchor), clock, options);
    }

    /// <summary>Verifies a quote with collateral that was verified before: the fast way for many quotes.</summary>
    /// <param name="quote">The quote; not kept.</param>
    /// <param name="verified">The collateral, verified against the same root key as the options name.</param>
    /// <param name="clock">The moment at which everything must be valid.</param>
    /// <param name="options">What is accepted; null for the defaults.</param>
    /// <exception cref="ArgumentException">The collateral was verified against another root key.</exception>
    public static TdxVerdict Verify(ReadOnlySpan<byte> quote, VerifiedCollateral verified, DateTimeOffset clock, TdxVerifierOptions? options = null)
    {
        options ??= TdxVerifierOptions.Default;
        return verified.TrustAnchor.Is(options.TrustAnchor.PublicKey)
            ? Run(quote, verified, clock, options)
            : throw new ArgumentException("The collateral was verified against another root key than the options name.", nameof(verified));
    }

    private static TdxVerdict Run(ReadOnlySpan<byte> bytes, VerifiedCollateral? collateral, DateTimeOffset clock, TdxVerifierOptions options)
    {
        var context = new VerificationContext(collateral, clock, options);
        if (TdxQuote.TryParse(bytes, out var quote, out var defect))
        {
            if (!Judge(quote, context) && context.Log.Refusal is null)
            {
                // Never to be reached; should a step ever end the verification without saying why, nothing is accepted.
                throw new UnreachableException("Verification ended without a failed step.");
            }
        }
        else
        {
            context.Log.Fail(TdxStep.Format, $"{defect.Field} {defect.Expected}", defect.Seen);
        }

        return context.ToVerdict();
    }

    private static bool Judge(scoped in TdxQuote quote, VerificationContext context)
    {
        context.Claims = new TdxClaims(quote);
        context.Log.Pass(TdxStep.Format, "a TDX quote", $"version {quote.Version}, {quote.BodyType}");
        return CheckTrailing(quote, context)
            && PckChainSteps.Check(quote, context)
            && CheckCollateral(context)
            && (context.Collateral is not { } crls || RevocationSteps.Check(crls, context))
            && SignatureSteps.Check(quote, context)
            && (context.Collateral is not { } documents || JudgeTcb(quote, documents, context))
            && CheckDebug(quote.Body, context)
            && CheckServiceTd(quote.Body, context)
            && context.Options.Expectations.Check(quote.Body, context.Log);
    }

    private static bool CheckTrailing(scoped in TdxQuote quote, VerificationContext context)
    {
        var seen = $"{quote.Trailing.Length} bytes, {(quote.IsTrailingZero ? "all zero" : "not all zero")}";
        return quote.IsTrailingZero || context.Options.AllowTrailingData
            ? context.Log.Pass(TdxStep.TrailingData, context.Options.AllowTrailingData ? "anything, which is ignored" : "at most zero bytes", seen)
            : context.Log.Fail(TdxStep.TrailingData, "at most zero bytes", seen);
    }

    private static bool CheckCollateral(VerificationContext context)
    {
        const string Expected = "collateral for the platform";
        if (context.Collateral is not null)
        {
            return context.Log.Pass(TdxStep.Collateral, Expected, "some");
        }

        return context.Options.InsecureAllowMissingCollateral
            ? context.Log.Waive(TdxStep.Collateral, Expected, "none")
            : context.Log.Fail(TdxStep.Collateral, Expected, "none");
    }

    private static bool JudgeTcb(scoped in TdxQuote quote, VerifiedCollateral collateral, VerificationContext context) =>
        DocumentSteps.Check(collateral, context)
        && TcbSteps.Check(quote, collateral.TcbInfo!, collateral.QeIdentity!, context.Platform!, context)
        && CheckEvaluationNumber(collateral.TcbInfo!, collateral.QeIdentity!, context);

    private static bool CheckEvaluationNumber(TcbInfo info, QeIdentity identity, VerificationContext context)
    {
        var minimum = context.Options.MinimumEvaluationDataNumber;
        return minimum == 0 || context.Log.Check(
            TdxStep.EvaluationDataNumber,
            info.EvaluationDataNumber >= minimum && identity.EvaluationDataNumber >= minimum,
            $"at least {minimum}",
            $"TCB info {info.EvaluationDataNumber}, QE identity {identity.EvaluationDataNumber}");
    }

    private static bool CheckDebug(scoped in TdReport report, VerificationContext context)
    {
        const string Expected = "a TD that cannot be debugged";
        var seen = $"TD attributes {Convert.ToHexStringLower(report.TdAttributes)}";
        if (!report.IsDebug)
        {
            return context.Log.Pass(TdxStep.Debug, Expected, seen);
        }

        return context.Options.InsecureAllowDebug
            ? context.Log.Waive(TdxStep.Debug, Expected, seen)
            : context.Log.Fail(TdxStep.Debug, Expected, seen);
    }

    /// <summary>Where expected service TDs are named, one that is bound is compared with them later; one that could still be bound is not.</summary>
    private static bool CheckServiceTd(scoped in TdReport report, VerificationContext context)
    {
        var isCompared = context.Options.Expectations.MrServiceTd is not null && report.MrServiceTd.ContainsAnyExcept((byte)0);
        return context.Log.Check(
            TdxStep.ServiceTd,
            isCompared || !report.HasServiceTd,
            isCompared ? "an expected service TD" : "a TD that cannot be migrated and has no service TD",
            $"TD attributes {Convert.ToHexStringLower(report.TdAttributes)}, MRSERVICETD {(report.IsTdx15 ? Convert.ToHexStringLower(report.MrServiceTd) : "not in this report")}");
    }
}
