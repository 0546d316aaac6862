namespace TrustedServe.Attestation.Modes;

/// <summary>Decides the mode, once and in one place.</summary>
public static class TrustModes
{
    /// <summary>The environment variable that asks for the stricter mode; it can only tighten.</summary>
    public const string StrictVariable = "TRUSTEDSERVE_TRUST_DOMAIN";

    /// <summary>
    /// Decides: a trust domain when CPUID leaf 0x21 reads <c>IntelTDX    </c> (the TDX module answers that leaf, the host cannot
    /// hide it) or when <see cref="StrictVariable"/> is <c>1</c>.
    /// </summary>
    public static TrustMode Decide() => throw new NotImplementedException();
}
