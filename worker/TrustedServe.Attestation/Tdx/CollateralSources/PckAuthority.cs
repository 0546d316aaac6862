namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>Which authority certified a platform: its revocation list is needed.</summary>
public enum PckAuthority
{
    /// <summary>The authority for platforms of several packages: every TDX platform so far.</summary>
    Platform,

    /// <summary>The authority for platforms of one package.</summary>
    Processor,
}
