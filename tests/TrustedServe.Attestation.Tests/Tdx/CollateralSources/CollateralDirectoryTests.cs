using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.CollateralSources;

public sealed class CollateralDirectoryTests : IDisposable
{
    private static readonly CollateralRequest Request = new([0x90, 0xc0, 0x6f, 0, 0, 0], PckAuthority.Platform);
    private static readonly TdxCollateral Expected = new SyntheticCollateral().Build();
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Bundle_WrittenAndRead_IsTheSame()
    {
        var source = new CollateralDirectory(directory["new"]);
        source.Write(Request, new SyntheticCollateral { QeStatus = "OutOfDate" }.Build());
        source.Write(Request, Expected);

        CollateralServiceTests.AssertEqual(Expected, await source.GetAsync(Request, CancellationToken.None));
        Assert.Equal(["90c06f000000-platform.json"], Directory.GetFiles(directory["new"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Parts_AreRead()
    {
        File.WriteAllBytes(directory["tcb-info-90c06f000000.json"], Expected.TcbInfo.ToArray());
        File.WriteAllBytes(directory["qe-identity.json"], Expected.QeIdentity.ToArray());
        File.WriteAllBytes(directory["tcb-signing-chain.pem"], Expected.TcbInfoIssuerChain.ToArray());
        File.WriteAllBytes(directory["pck-crl-platform.der"], Expected.PckCrl.ToArray());
        File.WriteAllBytes(directory["pck-crl-platform-chain.pem"], Expected.PckCrlIssuerChain.ToArray());
        File.WriteAllBytes(directory["root-ca-crl.der"], Expected.RootCaCrl.ToArray());
        CollateralServiceTests.AssertEqual(Expected, await new CollateralDirectory(directory.Path).GetAsync(Request, CancellationToken.None));

        foreach (var path in Directory.GetFiles(directory.Path))
        {
            var content = File.ReadAllBytes(path);
            File.Delete(path);
            await Refuses("TSF3350", Path.GetFileName(path));
            File.WriteAllBytes(path, []);
            await Refuses("TSF3352", Path.GetFileName(path));
            using (var large = new FileStream(path, FileMode.Open))
            {
                large.SetLength(5 << 20);
            }

            await Refuses("TSF3352", Path.GetFileName(path));
            File.WriteAllBytes(path, content);
        }
    }

    [Fact]
    public async Task OtherPlatforms_AreNotFound()
    {
        new CollateralDirectory(directory.Path).Write(Request, Expected);
        foreach (var other in (CollateralRequest[])[new([0x90, 0xc0, 0x6f, 0, 0, 1], PckAuthority.Platform), new([0x90, 0xc0, 0x6f, 0, 0, 0], PckAuthority.Processor)])
        {
            Assert.Equal("TSF3350", (await Assert.ThrowsAsync<TsfException>(() => new CollateralDirectory(directory.Path).GetAsync(other, CancellationToken.None))).Code);
        }
    }

    [Fact]
    public async Task Bundle_ThatIsNone_IsNamed()
    {
        File.WriteAllText(directory["90c06f000000-platform.json"], "{");
        await Refuses("TSF3352", "90c06f000000-platform.json");
    }

    [Fact]
    public void Directory_ThatCannotBeWritten_IsNamed()
    {
        File.WriteAllText(directory["file"], "");
        Assert.Equal("TSF0008", Assert.Throws<TsfException>(() => new CollateralDirectory(directory["file"]).Write(Request, Expected)).Code);
    }

    [Fact]
    public void Rejects_AnFmspcOfAnotherLength() => Assert.Throws<ArgumentException>(() => new CollateralRequest([1, 2, 3], PckAuthority.Platform));

    private async Task Refuses(string code, string? why)
    {
        var refusal = await Assert.ThrowsAsync<TsfException>(() => new CollateralDirectory(directory.Path).GetAsync(Request, CancellationToken.None));
        Assert.Equal(code, refusal.Code);
        Assert.Contains(why!, refusal.Message, StringComparison.Ordinal);
    }
}
