namespace TrustedServe.Attestation.Kbs;

/// <summary>The constants of the KBS attestation protocol that both sides share.</summary>
public static class KbsProtocol
{
    /// <summary>The only version spoken; the comparison is exact, as Trustee's is.</summary>
    public const string Version = "0.4.0";

    /// <summary>What every route of the protocol begins with.</summary>
    public const string Prefix = "/kbs/v0";

    /// <summary>Name of the session cookie.</summary>
    public const string SessionCookie = "kbs-session-id";

    /// <summary>Response header in which our broker names the rule that allowed a release.</summary>
    public const string RuleHeader = "x-trustedserve-rule";

    /// <summary>What the <c>type</c> of every error body begins with.</summary>
    public const string ErrorTypePrefix = "https://github.com/confidential-containers/kbs/errors/";

    /// <summary>Name of the TEE that stands for simulated evidence.</summary>
    public const string InsecureSimulatedTee = "sample";

    /// <summary>Largest body in either direction: 2 MiB, Trustee's default.</summary>
    public const int MaxBodyBytes = 2 << 20;

    /// <summary>Largest resource: 1 MiB, which as a JWE (base64url) still fits a body.</summary>
    public const int MaxResourceBytes = 1 << 20;
}
