namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>How up to date a platform, a module or an enclave is. The members are named as Intel writes them.</summary>
public enum TcbStatus
{
    /// <summary>Nothing was judged: no collateral.</summary>
    Unknown,

    /// <summary>Everything is at the latest level.</summary>
    UpToDate,

    /// <summary>At the latest level, but the software inside must harden itself against known attacks.</summary>
    SWHardeningNeeded,

    /// <summary>At the latest level, but the platform's configuration needs a change.</summary>
    ConfigurationNeeded,

    /// <summary>Both of the above.</summary>
    ConfigurationAndSWHardeningNeeded,

    /// <summary>The platform is up to date, but the TD was launched before it was: launching it again helps.</summary>
    TDRelaunchAdvised,

    /// <summary>As <see cref="TDRelaunchAdvised"/>, and the configuration needs a change too.</summary>
    TDRelaunchAdvisedConfigurationNeeded,

    /// <summary>Not at the latest level.</summary>
    OutOfDate,

    /// <summary>Not at the latest level, and the configuration needs a change.</summary>
    OutOfDateConfigurationNeeded,

    /// <summary>Known to be compromised. Never accepted.</summary>
    Revoked,
}
