using System.Net;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests.Support;

/// <summary>A broker that takes TDX evidence under the synthetic root, at the synthetic collateral's time.</summary>
internal sealed class TdxBroker : IAsyncDisposable
{
    public static readonly CollateralRequest Platform = new([0x90, 0xc0, 0x6f, 0, 0, 0], PckAuthority.Platform);

    private readonly TemporaryDirectory folder;

    private TdxBroker(TemporaryDirectory folder, RunningBroker broker, FakeTimeProvider time) => (this.folder, Broker, Time) = (folder, broker, time);

    public RunningBroker Broker { get; }

    public FakeTimeProvider Time { get; }

    public WireClient Wire => Broker.Wire;

    public static async Task<TdxBroker> StartAsync(
        SyntheticCollateral? collateral = null, string? policy = null, bool intelRoot = false, Uri? source = null, bool withFolder = true)
    {
        var folder = new TemporaryDirectory();
        try
        {
            if (withFolder)
            {
                new CollateralDirectory(folder["collateral"]).Write(Platform, (collateral ?? new SyntheticCollateral()).Build());
            }

            File.WriteAllText(folder["initdata.toml"], TdxGuest.InitData);
            var time = new FakeTimeProvider(SyntheticCollateral.Clock);
            var broker = await RunningBroker.StartAsync(time, folder, policy ?? TestPolicy.Of(TdxGuest.Rule()), options => options with
            {
                CollateralFolder = withFolder ? folder["collateral"] : null,
                CollateralSources = source is null ? [] : [source],
                InsecureTrustAnchor = intelRoot ? null : SyntheticPki.Shared.Anchor,
            });
            return new TdxBroker(folder, broker, time);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async Task<(WireClient.WireAnswer Answer, string Cookie)> AttestAsync(TdxGuest guest, string? initData = null)
    {
        var (cookie, nonce) = await Wire.ChallengeAsync("tdx");
        return (await Wire.AttestAsync(cookie, guest.Attestation(Wire, nonce, initData)), cookie);
    }

    /// <summary>Attests a guest whose evidence is genuine, then asks for the model.</summary>
    public async Task<WireClient.WireAnswer> ReleaseAsync(TdxGuest guest, string? initData = null)
    {
        var (answer, cookie) = await AttestAsync(guest, initData);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return await Wire.ResourceAsync(cookie);
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        folder.Dispose();
    }
}
