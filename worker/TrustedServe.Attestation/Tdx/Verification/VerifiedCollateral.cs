using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>
/// Collateral after every check that needs neither a quote nor a clock: chains, signatures, contents. Those are the costly ones, so
/// many quotes can be verified with one of these. What fails is kept as the failed step and reported in its place when a quote is
/// verified; the dates are compared with the clock each time. Safe to share between threads.
/// </summary>
public sealed class VerifiedCollateral
{
    private VerifiedCollateral(TdxCollateral collateral, TrustAnchor anchor)
    {
        TrustAnchor = anchor;
        RootCrl = collateral.RootCaCrl.IsEmpty ? null : VerifyRootCrl(collateral.RootCaCrl);
        PckCrl = collateral.PckCrl.IsEmpty ? null : VerifyPckCrl(collateral.PckCrl, collateral.PckCrlIssuerChain);
        TcbInfoSigner = VerifySigner(collateral.TcbInfoIssuerChain, TdxStep.TcbInfoSigner);
        TcbInfoPart = VerifyDocument(
            collateral.TcbInfo, "tcbInfo", TcbInfoSigner, [TdxStep.TcbInfoDocument, TdxStep.TcbInfoSignature, TdxStep.TcbInfo],
            content => Collateral.TcbInfo.Parse(content.Content), static info => $"TDX, version 3, FMSPC {Convert.ToHexStringLower(info.Fmspc)}, number {info.EvaluationDataNumber}");
        QeIdentitySigner = collateral.QeIdentityIssuerChain.Span.SequenceEqual(collateral.TcbInfoIssuerChain.Span) && TcbInfoSigner.Value is { } same
            ? Signed(same, TdxStep.QeIdentitySigner)
            : VerifySigner(collateral.QeIdentityIssuerChain, TdxStep.QeIdentitySigner);
        QeIdentityPart = VerifyDocument(
            collateral.QeIdentity, "enclaveIdentity", QeIdentitySigner, [TdxStep.QeIdentityDocument, TdxStep.QeIdentitySignature, TdxStep.QeIdentity],
            content => Collateral.QeIdentity.Parse(content.Content), static identity => $"TD_QE, version 2, number {identity.EvaluationDataNumber}");
    }

    /// <summary>The root key that the collateral was verified against.</summary>
    public TrustAnchor TrustAnchor { get; }

    /// <summary>TCB info; null when it does not hold.</summary>
    public TcbInfo? TcbInfo => TcbInfoPart.Value;

    /// <summary>QE identity; null when it does not hold.</summary>
    public QeIdentity? QeIdentity => QeIdentityPart.Value;

    /// <summary>The first step that failed; null when everything that is there holds.</summary>
    public StepResult? FirstDefect => new[] { RootCrl?.Steps, PckCrl?.Steps, TcbInfoSigner.Steps, TcbInfoPart.Steps, QeIdentitySigner.Steps, QeIdentityPart.Steps }
        .SelectMany(steps => steps ?? [])
        .FirstOrDefault(step => !step.Passed);

    /// <summary>From when to when each sound piece counts.</summary>
    public IReadOnlyList<CollateralValidity> Validity => [.. Pieces()];

    internal CollateralPart<RevocationList>? RootCrl { get; }

    internal CollateralPart<PckCrl>? PckCrl { get; }

    internal CollateralPart<IssuerChain> TcbInfoSigner { get; }

    internal CollateralPart<TcbInfo> TcbInfoPart { get; }

    internal CollateralPart<IssuerChain> QeIdentitySigner { get; }

    internal CollateralPart<QeIdentity> QeIdentityPart { get; }

    /// <summary>Verifies what can be verified once. Never throws for what the collateral holds.</summary>
    /// <param name="collateral">The collateral.</param>
    /// <param name="trustAnchor">The root key; null for Intel's.</param>
    public static VerifiedCollateral Create(TdxCollateral collateral, TrustAnchor? trustAnchor = null) => new(collateral, trustAnchor ?? TrustAnchor.IntelSgxRoot);

    private CollateralPart<RevocationList> VerifyRootCrl(ReadOnlyMemory<byte> der)
    {
        var log = new StepLog();
        if (TryParseCrl(der, TdxStep.RootCrl, log) is not { } list)
        {
            return CollateralPart<RevocationList>.Defective(log);
        }

        var signed = list.IsSignedBy(TrustAnchor.Key);
        return log.Check(TdxStep.RootCrl, signed, "a list signed by the pinned root", Described(list) + (signed ? "" : ", not signed by it"))
            ? CollateralPart<RevocationList>.Sound(list, log)
            : CollateralPart<RevocationList>.Defective(log);
    }

    private CollateralPart<PckCrl> VerifyPckCrl(ReadOnlyMemory<byte> der, ReadOnlyMemory<byte> issuerChain)
    {
        var log = new StepLog();
        if (TryParseCrl(der, TdxStep.PckCrl, log) is not { } list)
        {
            return CollateralPart<PckCrl>.Defective(log);
        }

        if (issuerChain.IsEmpty)
        {
            return CollateralPart<PckCrl>.Sound(new PckCrl(list, null), log);
        }

        if (IssuerChain.Verify(issuerChain.Span, CertificateRole.PckAuthority, TrustAnchor, TdxStep.PckCrl, log) is not { } chain)
        {
            return CollateralPart<PckCrl>.Defective(log);
        }

        if (!list.Issuer.Span.SequenceEqual(chain.Issuer.Subject.Span) || !list.IsSignedBy(chain.Issuer.Key))
        {
            log.Fail(TdxStep.PckCrl, $"a list issued and signed by {chain.Issuer.CommonName}", Described(list) + ", not issued or not signed by it");
            return CollateralPart<PckCrl>.Defective(log);
        }

        return CollateralPart<PckCrl>.Sound(new PckCrl(list, chain.Issuer), log);
    }

    private CollateralPart<IssuerChain> VerifySigner(ReadOnlyMemory<byte> pem, TdxStep step)
    {
        var log = new StepLog();
        return IssuerChain.Verify(pem.Span, CertificateRole.TcbSigner, TrustAnchor, step, log) is { } chain
            ? Signed(chain, step)
            : CollateralPart<IssuerChain>.Defective(log);
    }

    private static CollateralPart<IssuerChain> Signed(IssuerChain chain, TdxStep step)
    {
        var log = new StepLog();
        log.Pass(step, "a TCB signer below the pinned root", $"{chain.Issuer.CommonName}, serial {chain.Issuer.Serial}");
        return CollateralPart<IssuerChain>.Sound(chain, log);
    }

    /// <param name="json">The document as it was served.</param>
    /// <param name="member">The member that holds the signed object.</param>
    /// <param name="signer">Who must have signed it.</param>
    /// <param name="steps">The steps of reading, of the signature and of the contents.</param>
    /// <param name="read">Reads the contents.</param>
    /// <param name="describe">Says what was read.</param>
    private static CollateralPart<T> VerifyDocument<T>(
        ReadOnlyMemory<byte> json,
        string member,
        CollateralPart<IssuerChain> signer,
        ReadOnlySpan<TdxStep> steps,
        Func<SignedDocument, T> read,
        Func<T, string> describe)
        where T : class
    {
        var log = new StepLog();
        if (signer.Value is null)
        {
            // The signer's own step is reported first, so nothing needs to be said here.
            return CollateralPart<T>.Defective(log);
        }

        var step = steps[0];
        try
        {
            using var document = SignedDocument.Parse(json, member);
            log.Pass(step, $"a signed {member}", $"{json.Length} bytes");
            if (!log.CheckSignature(steps[1], document.IsSignedBy(signer.Value.Issuer), $"{member} signed by {signer.Value.Issuer.CommonName}, byte for byte"))
            {
                return CollateralPart<T>.Defective(log);
            }

            step = steps[2];
            var value = read(document);
            log.Pass(step, $"a complete {member}", describe(value));
            return CollateralPart<T>.Sound(value, log);
        }
        catch (TsfException e)
        {
            log.Fail(step, $"a complete {member}", e.Message);
            return CollateralPart<T>.Defective(log);
        }
    }

    private static RevocationList? TryParseCrl(ReadOnlyMemory<byte> der, TdxStep step, StepLog log)
    {
        try
        {
            return RevocationList.Parse(der);
        }
        catch (TsfException e)
        {
            log.Fail(step, "a readable revocation list", e.Message);
            return null;
        }
    }

    private static string Described(RevocationList list) => $"a list of {list.IssuerCommonName} with {list.Count} entries";

    private IEnumerable<CollateralValidity> Pieces()
    {
        if (RootCrl?.Value is { } rootCrl)
        {
            yield return new("root CRL", rootCrl.ThisUpdate, rootCrl.NextUpdate);
        }

        if (PckCrl?.Value is { } pckCrl)
        {
            yield return new("PCK CRL", pckCrl.List.ThisUpdate, pckCrl.List.NextUpdate);
        }

        if (TcbInfoSigner.Value is { } tcbSigner)
        {
            yield return new("TCB info signer", tcbSigner.Issuer.NotBefore, tcbSigner.Issuer.NotAfter);
        }

        if (TcbInfo is { } info)
        {
            yield return new("TCB info", info.IssueDate, info.NextUpdate);
        }

        if (QeIdentitySigner.Value is { } qeSigner)
        {
            yield return new("QE identity signer", qeSigner.Issuer.NotBefore, qeSigner.Issuer.NotAfter);
        }

        if (QeIdentity is { } identity)
        {
            yield return new("QE identity", identity.IssueDate, identity.NextUpdate);
        }
    }
}
