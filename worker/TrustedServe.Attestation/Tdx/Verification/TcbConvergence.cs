using TrustedServe.Attestation.Tdx.Collateral;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>Joins the statuses of parts into the status of the whole.</summary>
public static class TcbConvergence
{
    /// <summary>
    /// The worse of two statuses. Two needs that hold together stay visible together: hardening with configuration, being out of date
    /// with configuration. <see cref="TcbStatus.Revoked"/> wins over everything.
    /// </summary>
    public static TcbStatus Join(TcbStatus one, TcbStatus other)
    {
        var worst = (TcbStatus)Math.Max((int)one, (int)other);
        var needsConfiguration = NeedsConfiguration(one) || NeedsConfiguration(other);
        return worst switch
        {
            TcbStatus.OutOfDate when needsConfiguration => TcbStatus.OutOfDateConfigurationNeeded,
            TcbStatus.ConfigurationNeeded when one == TcbStatus.SWHardeningNeeded || other == TcbStatus.SWHardeningNeeded => TcbStatus.ConfigurationAndSWHardeningNeeded,
            _ => worst,
        };
    }

    /// <summary>
    /// The status of a TD whose module was updated while it ran. Out of date at launch and not now: launching again helps. Otherwise
    /// the worse of both.
    /// </summary>
    public static TcbStatus WithRelaunch(TcbStatus launch, TcbStatus current)
    {
        if (!IsOutOfDate(launch) || IsOutOfDate(current) || current == TcbStatus.Revoked)
        {
            return Join(launch, current);
        }

        return NeedsConfiguration(launch) || NeedsConfiguration(current)
            ? TcbStatus.TDRelaunchAdvisedConfigurationNeeded
            : TcbStatus.TDRelaunchAdvised;
    }

    private static bool IsOutOfDate(TcbStatus status) => status is TcbStatus.OutOfDate or TcbStatus.OutOfDateConfigurationNeeded;

    private static bool NeedsConfiguration(TcbStatus status) => status
        is TcbStatus.ConfigurationNeeded
        or TcbStatus.ConfigurationAndSWHardeningNeeded
        or TcbStatus.OutOfDateConfigurationNeeded;
}
