using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The steps about the certificates that a quote carries.</summary>
internal static class PckChainSteps
{
    public static bool Check(scoped in TdxQuote quote, VerificationContext context) =>
        ReadChain(quote.PckChain, context)
        && CheckAnchor(context)
        && CheckSignatures(context)
        && CheckProfile(context)
        && context.CheckCertificates(TdxStep.PckChainValidity, ("PCK leaf", context.Leaf), ("PCK intermediate", context.Intermediate), ("root", context.Root))
        && ReadExtension(context);

    private static bool ReadChain(ReadOnlySpan<byte> pem, VerificationContext context)
    {
        const string Expected = "three certificates: leaf, intermediate, self-issued root";
        try
        {
            var blocks = PemChain.Split(pem, 3);
            context.Chain = Array.ConvertAll(blocks, context.Options.TrustAnchor.Known.Read);
        }
        catch (TsfException e)
        {
            return context.Log.Fail(TdxStep.PckChain, Expected, e.Message);
        }

        var ordered = !IssuedBy(context.Leaf, context.Leaf) && !IssuedBy(context.Intermediate, context.Intermediate) && IssuedBy(context.Root, context.Root);
        return context.Log.Check(TdxStep.PckChain, ordered, Expected, string.Join(", ", context.Chain.Select(certificate => certificate.CommonName ?? "(no plain name)")));
    }

    private static bool IssuedBy(SgxCertificate certificate, SgxCertificate issuer) => certificate.Issuer.Span.SequenceEqual(issuer.Subject.Span);

    private static bool CheckAnchor(VerificationContext context)
    {
        var pinned = context.Options.TrustAnchor.Is(context.Root.PublicKey.Span);
        return context.Log.Check(TdxStep.TrustAnchor, pinned, "the pinned root key", pinned ? $"it, serial {context.Root.Serial}" : $"another key under the name {context.Root.CommonName ?? "(none)"}");
    }

    private static bool CheckSignatures(VerificationContext context)
    {
        const string Expected = "each certificate signed by the next, under its name";
        var anchor = context.Options.TrustAnchor;
        if (!context.Root.IsSignedBy(anchor.Key))
        {
            return context.Log.Fail(TdxStep.PckChainSignatures, Expected, "the root is not signed by itself");
        }

        if (!context.Intermediate.IsSignedBy(anchor.Key))
        {
            return context.Log.Fail(TdxStep.PckChainSignatures, Expected, "the intermediate is not signed by the root");
        }

        if (!context.Leaf.IsSignedBy(context.Intermediate.Key))
        {
            return context.Log.Fail(TdxStep.PckChainSignatures, Expected, "the leaf is not signed by the intermediate");
        }

        if (!IssuedBy(context.Leaf, context.Intermediate) || !IssuedBy(context.Intermediate, context.Root))
        {
            return context.Log.Fail(TdxStep.PckChainSignatures, Expected, "an issuer's name that is not the next subject's");
        }

        anchor.Known.Keep(context.Leaf, context.Intermediate, context.Root);
        return context.Log.Pass(TdxStep.PckChainSignatures, Expected, "so");
    }

    private static bool CheckProfile(VerificationContext context)
    {
        var broken = CertificateRules.Broken(context.Leaf, CertificateRole.PckLeaf)
            ?? CertificateRules.Broken(context.Intermediate, CertificateRole.PckAuthority)
            ?? CertificateRules.Broken(context.Root, CertificateRole.Root);
        return broken is { } rule
            ? context.Log.Fail(TdxStep.PckChainProfile, rule.Expected, rule.Seen)
            : context.Log.Pass(TdxStep.PckChainProfile, "names, rights and key usage of leaf, authority and root", $"leaf of {context.Intermediate.CommonName}");
    }

    private static bool ReadExtension(VerificationContext context)
    {
        const string Expected = "a complete SGX extension";
        if (context.Leaf.SgxExtension is not { } der)
        {
            return context.Log.Fail(TdxStep.PckExtension, Expected, "none");
        }

        try
        {
            context.Platform = PckExtension.Parse(der);
        }
        catch (TsfException e)
        {
            return context.Log.Fail(TdxStep.PckExtension, Expected, e.Message);
        }

        var isPlatform = context.Intermediate.CommonName == CertificateRules.PlatformAuthorityName;
        return context.Platform.HasPlatformMembers == isPlatform
            ? context.Log.Pass(TdxStep.PckExtension, Expected, $"FMSPC {Convert.ToHexStringLower(context.Platform.Fmspc.Span)}")
            : context.Log.Fail(TdxStep.PckExtension, $"platform members {(isPlatform ? "below the Platform CA" : "nowhere but below the Platform CA")}", isPlatform ? "none" : "some");
    }
}
