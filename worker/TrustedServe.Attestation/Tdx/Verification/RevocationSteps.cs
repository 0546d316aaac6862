using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The steps about revocation lists and the certificates in a quote.</summary>
internal static class RevocationSteps
{
    public static bool Check(VerifiedCollateral collateral, VerificationContext context) =>
        CheckRootCrl(collateral.RootCrl, context) && CheckPckCrl(collateral.PckCrl, context);

    public static bool CheckNotRevoked(TdxStep step, RevocationList list, SgxCertificate certificate, VerificationContext context) => context.Log.Check(
        step,
        !list.Revokes(certificate.Serial),
        $"{certificate.CommonName} not on the list of {list.IssuerCommonName}",
        $"serial {certificate.Serial}, {list.Count} revoked");

    private static bool CheckRootCrl(CollateralPart<RevocationList>? part, VerificationContext context)
    {
        if (part is null)
        {
            return Missing(TdxStep.RootCrl, "the root's revocation list", context);
        }

        if (part.Value is not { } list)
        {
            return context.Add(part.Steps);
        }

        if (!list.Issuer.Span.SequenceEqual(context.Root.Subject.Span))
        {
            return context.Log.Fail(TdxStep.RootCrl, "a list issued by the root", $"issued by {list.IssuerCommonName}");
        }

        return context.Add(part.Steps)
            && context.CheckWindow(TdxStep.RootCrlValidity, "root CRL", list.ThisUpdate, list.NextUpdate, context.Options.InsecureAllowExpiredCollateral)
            && CheckNotRevoked(TdxStep.IntermediateRevocation, list, context.Intermediate, context);
    }

    private static bool CheckPckCrl(CollateralPart<PckCrl>? part, VerificationContext context)
    {
        if (part is null)
        {
            return Missing(TdxStep.PckCrl, "the revocation list of the leaf's issuer", context);
        }

        if (part.Value is not { } crl)
        {
            return context.Add(part.Steps);
        }

        var list = crl.List;
        var isFrom = crl.IsFrom(context.Intermediate);
        var seen = $"a list of {list.IssuerCommonName}" + (isFrom ? "" : ", not issued or not signed by it");
        return context.Log.Check(TdxStep.PckCrl, isFrom, $"a list issued and signed by {context.Intermediate.CommonName}", seen)
            && context.CheckWindow(TdxStep.PckCrlValidity, "PCK CRL", list.ThisUpdate, list.NextUpdate, context.Options.InsecureAllowExpiredCollateral)
            && CheckNotRevoked(TdxStep.PckRevocation, list, context.Leaf, context);
    }

    private static bool Missing(TdxStep step, string expected, VerificationContext context) => context.Options.InsecureAllowMissingCrls
        ? context.Log.Waive(step, expected, "none")
        : context.Log.Fail(step, expected, "none");
}
