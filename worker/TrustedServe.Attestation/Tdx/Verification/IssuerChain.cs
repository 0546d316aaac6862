using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>A chain of two that comes with collateral: a certificate directly below the pinned root, and the root.</summary>
internal sealed record IssuerChain(SgxCertificate Issuer, SgxCertificate Root)
{
    /// <summary>Reads and checks a chain, all but the clock; null when the step failed.</summary>
    public static IssuerChain? Verify(ReadOnlySpan<byte> pem, CertificateRole role, TrustAnchor anchor, TdxStep step, StepLog log)
    {
        SgxCertificate issuer, root;
        try
        {
            var blocks = PemChain.Split(pem, 2);
            (issuer, root) = (anchor.Known.Read(blocks[0]), anchor.Known.Read(blocks[1]));
        }
        catch (TsfException e)
        {
            log.Fail(step, "a signing certificate and its root", e.Message);
            return null;
        }

        if (!anchor.Is(root.PublicKey.Span))
        {
            log.Fail(step, "the pinned root key", $"another key under the name {root.CommonName ?? "(none)"}");
            return null;
        }

        if (!root.IsSignedBy(anchor.Key) || !issuer.IsSignedBy(anchor.Key))
        {
            log.Fail(step, "certificates signed by the pinned root", "a signature that does not hold");
            return null;
        }

        anchor.Known.Keep(issuer, root);
        var broken = CertificateRules.Broken(issuer, role) ?? CertificateRules.Broken(root, CertificateRole.Root);
        if (broken is { } rule)
        {
            log.Fail(step, rule.Expected, rule.Seen);
            return null;
        }

        if (!issuer.Issuer.Span.SequenceEqual(root.Subject.Span))
        {
            log.Fail(step, "a certificate issued under the root's name", "another issuer");
            return null;
        }

        return new IssuerChain(issuer, root);
    }
}
