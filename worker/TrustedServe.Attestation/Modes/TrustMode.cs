namespace TrustedServe.Attestation.Modes;

/// <summary>Where a process runs, which decides whom it may take its options from.</summary>
public enum TrustMode
{
    /// <summary>One machine without protection: files and options serve, and everything says so.</summary>
    Development,

    /// <summary>Inside a trust domain: what decides trust comes only from measured or released sources.</summary>
    TrustDomain,
}
