using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

public sealed class TcbConvergenceTests
{
    private static readonly TcbStatus[] Parts =
    [
        TcbStatus.UpToDate, TcbStatus.SWHardeningNeeded, TcbStatus.ConfigurationNeeded, TcbStatus.ConfigurationAndSWHardeningNeeded,
        TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded, TcbStatus.Revoked,
    ];

    [Fact]
    public void Join_DoesNotDependOnTheOrderOfParts()
    {
        foreach (var a in Parts)
        {
            Assert.Equal(a, TcbConvergence.Join(a, a));
            Assert.Equal(a, TcbConvergence.Join(a, TcbStatus.UpToDate));
            Assert.Equal(TcbStatus.Revoked, TcbConvergence.Join(a, TcbStatus.Revoked));
            foreach (var b in Parts)
            {
                Assert.Equal(TcbConvergence.Join(a, b), TcbConvergence.Join(b, a));
                Assert.True(TcbConvergence.Join(a, b) >= a);
                foreach (var c in Parts)
                {
                    Assert.Equal(TcbConvergence.Join(TcbConvergence.Join(a, b), c), TcbConvergence.Join(a, TcbConvergence.Join(b, c)));
                }
            }
        }
    }

    [Fact]
    public void WithRelaunch_IsUpToDate_OnlyWhenLaunchAndCurrentAre()
    {
        foreach (var launch in Parts)
        {
            foreach (var current in Parts)
            {
                var status = TcbConvergence.WithRelaunch(launch, current);
                Assert.Equal(launch == TcbStatus.UpToDate && current == TcbStatus.UpToDate, status == TcbStatus.UpToDate);
                Assert.Equal(launch == TcbStatus.Revoked || current == TcbStatus.Revoked, status == TcbStatus.Revoked);
            }
        }
    }
}
