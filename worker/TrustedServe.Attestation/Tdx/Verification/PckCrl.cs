using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The revocation list of a PCK authority, and the authority whose key is known to have signed it.</summary>
internal sealed class PckCrl(RevocationList list, SgxCertificate? signer)
{
    private volatile SgxCertificate? signer = signer;

    public RevocationList List => list;

    /// <summary>True when this authority issued and signed the list; the costly half of the answer is remembered.</summary>
    public bool IsFrom(SgxCertificate authority)
    {
        if (!list.Issuer.Span.SequenceEqual(authority.Subject.Span))
        {
            return false;
        }

        if (signer is { } known && known.PublicKey.Span.SequenceEqual(authority.PublicKey.Span))
        {
            return true;
        }

        if (!list.IsSignedBy(authority.Key))
        {
            return false;
        }

        signer = authority;
        return true;
    }
}
