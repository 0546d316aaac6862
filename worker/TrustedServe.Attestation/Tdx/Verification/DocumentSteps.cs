namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The steps about TCB info and QE identity that need the clock or a revocation list; the others were taken before.</summary>
internal static class DocumentSteps
{
    public static bool Check(VerifiedCollateral collateral, VerificationContext context)
    {
        var mayBeExpired = context.Options.InsecureAllowExpiredCollateral;
        return CheckSigner(collateral.TcbInfoSigner, "TCB info signer", TdxStep.TcbInfoSignerValidity, TdxStep.TcbInfoSignerRevocation, collateral, context)
            && context.Add(collateral.TcbInfoPart.Steps)
            && collateral.TcbInfo is { } info
            && context.CheckWindow(TdxStep.TcbInfoValidity, "TCB info", info.IssueDate, info.NextUpdate, mayBeExpired)
            && CheckSigner(collateral.QeIdentitySigner, "QE identity signer", TdxStep.QeIdentitySignerValidity, TdxStep.QeIdentitySignerRevocation, collateral, context)
            && context.Add(collateral.QeIdentityPart.Steps)
            && collateral.QeIdentity is { } identity
            && context.CheckWindow(TdxStep.QeIdentityValidity, "QE identity", identity.IssueDate, identity.NextUpdate, mayBeExpired);
    }

    private static bool CheckSigner(
        CollateralPart<IssuerChain> part, string name, TdxStep validity, TdxStep revocation, VerifiedCollateral collateral, VerificationContext context) =>
        context.Add(part.Steps)
        && part.Value is { } chain
        && context.CheckCertificates(validity, (name, chain.Issuer), (name + "'s root", chain.Root))
        && (collateral.RootCrl?.Value is not { } list || RevocationSteps.CheckNotRevoked(revocation, list, chain.Issuer, context));
}
