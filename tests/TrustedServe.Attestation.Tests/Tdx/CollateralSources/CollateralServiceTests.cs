using System.Text;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.CollateralSources;

public sealed class CollateralServiceTests : IDisposable
{
    private const string Tcb = "/tdx/certification/v4/tcb";
    private const string Qe = "/tdx/certification/v4/qe/identity";
    private const string Pck = "/sgx/certification/v4/pckcrl";
    private const string Root = "/sgx/certification/v4/rootcacrl";
    private static readonly TdxCollateral Expected = new SyntheticCollateral().Build();
    private static readonly CollateralRequest Request = new([0x90, 0xc0, 0x6f, 0, 0, 0], PckAuthority.Platform);

    private readonly CollateralServer server = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    public CollateralServiceTests() => Fill(server, Expected);

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    internal static void Fill(CollateralServer server, TdxCollateral collateral)
    {
        server.Answers[Tcb] = CollateralServer.Answer(collateral.TcbInfo.ToArray(), Header("TCB-Info-Issuer-Chain", collateral.TcbInfoIssuerChain));
        server.Answers[Qe] = CollateralServer.Answer(collateral.QeIdentity.ToArray(), Header("SGX-Enclave-Identity-Issuer-Chain", collateral.QeIdentityIssuerChain));
        server.Answers[Pck] = CollateralServer.Answer(collateral.PckCrl.ToArray(), Header("SGX-PCK-CRL-Issuer-Chain", collateral.PckCrlIssuerChain));
        server.Answers[Root] = CollateralServer.Answer(collateral.RootCaCrl.ToArray());
    }

    [Fact]
    public async Task Collateral_ComesByteForByte_AndVerifies()
    {
        var collateral = await FetchAsync();

        AssertEqual(Expected, collateral);
        Assert.Null(VerifiedCollateral.Create(collateral, SyntheticPki.Shared.Anchor).FirstDefect);
        Assert.Equal(
            [
                "/sgx/certification/v4/pckcrl?ca=platform&encoding=der", "/sgx/certification/v4/rootcacrl",
                "/tdx/certification/v4/qe/identity?update=early", "/tdx/certification/v4/tcb?fmspc=90c06f000000&update=early",
            ],
            server.Requests.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Requests_FollowTheOptions()
    {
        server.Answers["/intel/root.der"] = server.Answers[Root];
        foreach (var path in (string[])[Tcb, Qe, Pck])
        {
            server.Answers["/cache" + path] = server.Answers[path];
        }

        var source = new CollateralService(client, new() { Address = new(server.Address, "cache"), RootCrlAddress = new(server.Address, "intel/root.der"), Update = "standard" }, TimeProvider.System);
        AssertEqual(Expected, await source.GetAsync(new CollateralRequest([0, 0xa0, 0x6d, 8, 0, 0], PckAuthority.Processor), CancellationToken.None));
        Assert.Equal(
            ["/cache/sgx/certification/v4/pckcrl?ca=processor&encoding=der", "/cache/tdx/certification/v4/qe/identity?update=standard", "/cache/tdx/certification/v4/tcb?fmspc=00a06d080000&update=standard", "/intel/root.der"],
            server.Requests.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task HeaderName_InAnyCase_IsFound()
    {
        server.Answers[Tcb] = CollateralServer.Answer(Expected.TcbInfo.ToArray(), Header("tcb-info-issuer-chain", Expected.TcbInfoIssuerChain));
        server.Answers[Qe] = CollateralServer.Answer(Expected.QeIdentity.ToArray(), Header("SGX-ENCLAVE-IDENTITY-ISSUER-CHAIN", Expected.QeIdentityIssuerChain));
        AssertEqual(Expected, await FetchAsync());
    }

    [Fact]
    public async Task RevocationLists_AsHexadecimalDigits_AreDecoded()
    {
        server.Answers[Root] = CollateralServer.Answer(Encoding.ASCII.GetBytes(Convert.ToHexString(Expected.RootCaCrl.Span)));
        server.Answers[Pck] = CollateralServer.Answer(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Expected.PckCrl.Span) + "\n"), Header("SGX-PCK-CRL-Issuer-Chain", Expected.PckCrlIssuerChain));
        AssertEqual(Expected, await FetchAsync());
        server.Answers[Root] = CollateralServer.Answer("30xx"u8.ToArray());
        await Refuses("TSF3352", "neither DER nor its hexadecimal digits");
    }

    [Theory]
    [InlineData(Tcb, "404 Not Found", "TSF3350", "has no TCB info at /tdx/certification/v4/tcb?fmspc=90c06f000000")]
    [InlineData(Qe, "410 Gone", "TSF3350", "has no QE identity")]
    [InlineData(Pck, "404 Not Found", "TSF3350", "has no PCK revocation list")]
    [InlineData(Root, "404 Not Found", "TSF3350", "has no root revocation list")]
    [InlineData(Tcb, "500 Internal Server Error", "TSF3351", "answered 500 when asked for TCB info")]
    [InlineData(Qe, "429 Too Many Requests", "TSF3351", "answered 429")]
    [InlineData(Pck, "401 Unauthorized", "TSF3351", "answered 401")]
    [InlineData(Root, "302 Found", "TSF3351", "answered 302")]
    [InlineData(Tcb, "204 No Content", "TSF3351", "answered 204")]
    public async Task Answer_ThatIsNone_IsNamed(string path, string status, string code, string why)
    {
        server.Answers[path] = CollateralServer.Answer(status, [], "Location: http://127.0.0.1:1/");
        await Refuses(code, why);
    }

    [Fact]
    public async Task Header_ThatIsWrong_IsNamed()
    {
        string good = Header("TCB-Info-Issuer-Chain", Expected.TcbInfoIssuerChain);
        string[][] wrong =
        [
            [], ["TCB-Info-Issuer-Chain: "], ["TCB-Info-Issuer-Chain: %2D%2D"], [good, good],
            ["TCB-Info-Issuer-Chain: " + new string('x', 40_000)],
            [Header("TCB-Info-Issuer-Chain", SyntheticPki.Pem(SyntheticPki.Shared.Root))],
            [Header("SGX-TCB-Info-Issuer-Chain", Expected.TcbInfoIssuerChain)],
        ];
        foreach (var headers in wrong)
        {
            server.Answers[Tcb] = CollateralServer.Answer(Expected.TcbInfo.ToArray(), headers);
            await Refuses("TSF3352", "TCB-Info-Issuer-Chain");
        }
    }

    [Fact]
    public async Task Answer_OverTheLimit_IsNotRead()
    {
        var header = Header("TCB-Info-Issuer-Chain", Expected.TcbInfoIssuerChain);
        server.Answers[Tcb] = CollateralServer.Answer(new byte[(1 << 20) + 1], header);
        await Refuses("TSF3352", "more than 1048576 bytes");
        server.Answers[Tcb] = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n{header}\r\n\r\n");
        await Refuses("TSF3352", "more than 1048576 bytes");
        var chunk = string.Concat(Enumerable.Repeat("10000\r\n" + new string(' ', 65_536) + "\r\n", 20));
        server.Answers[Tcb] = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{header}\r\n\r\n{chunk}0\r\n\r\n");
        await Refuses("TSF3352", "more than 1048576 bytes");
        server.Answers[Tcb] = CollateralServer.Answer([], header);
        await Refuses("TSF3352", "is empty");
    }

    [Fact]
    public async Task Answer_CutOff_IsNoAnswer()
    {
        server.Answers[Tcb] = server.Answers[Tcb]![..^10];
        await Refuses("TSF3351", "did not give TCB info");
        server.Answers[Tcb] = "garbage\r\n\r\n"u8.ToArray();
        await Refuses("TSF3351", "did not give TCB info");
        server.Answers[Tcb] = [];
        await Refuses("TSF3351", "did not give TCB info");
    }

    [Fact]
    public async Task Service_ThatIsNotThere_IsNamed()
    {
        server.Dispose();
        await Refuses("TSF3351", "did not give");
    }

    [Fact]
    public async Task Service_ThatNeverAnswers_EndsWithItsTime()
    {
        server.Answers[Qe] = null;
        await Refuses("TSF3351", "within 1 s", TimeSpan.FromSeconds(1));
        using var leaving = new CancellationTokenSource();
        var fetch = Source().GetAsync(Request, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
    }

    [Fact]
    public async Task OnePartMissing_DoesNotWaitForTheOthers()
    {
        server.Answers[Qe] = null;
        server.Answers[Tcb] = CollateralServer.Answer("404 Not Found", []);
        await Refuses("TSF3350", "has no TCB info", TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task RealDocuments_AreServedAndVerify()
    {
        var folder = Path.Combine(Repository.Shared ?? "", "data", "tdx", "collateral");
        Assert.SkipUnless(Directory.Exists(folder), "the folder of third-party data is not beside the clone");
        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, name));
        string Raw(string name) => File.ReadAllText(Path.Combine(folder, name)).Trim();
        server.Answers[Tcb] = CollateralServer.Answer(Read("tcbinfo_50806f000000_2023-06.json"), "Tcb-Info-Issuer-Chain: " + Raw("tcb_signing_chain_2018-2025.header.txt"));
        server.Answers[Qe] = CollateralServer.Answer(Read("qe_identity_td_2023-06.json"), "Sgx-Enclave-Identity-Issuer-Chain: " + Raw("tcb_signing_chain_2018-2025.header.txt"));
        server.Answers[Pck] = CollateralServer.Answer(Read("pck_crl_platform_2023-06.der"), "Sgx-Pck-Crl-Issuer-Chain: " + Raw("pck_crl_issuer_chain.header.txt"));
        server.Answers[Root] = CollateralServer.Answer(Read("root_ca_crl_2023-04.der"));

        var collateral = await Source().GetAsync(new CollateralRequest([0x50, 0x80, 0x6f, 0, 0, 0], PckAuthority.Platform), CancellationToken.None);

        Assert.Null(VerifiedCollateral.Create(collateral).FirstDefect);
        AssertEqual(collateral, CollateralBundle.Parse(CollateralBundle.Write(collateral)));
        var quote = File.ReadAllBytes(Path.Combine(folder, "..", "quotes", "v4_debug_td_50806f.dat"));
        var verdict = TdxVerifier.Verify(quote, collateral, new(2023, 7, 1, 0, 0, 0, TimeSpan.Zero), new() { InsecureAllowDebug = true });
        Assert.True(verdict.IsAccepted);
        Assert.Equal(new CollateralRequest([0x50, 0x80, 0x6f, 0, 0, 0], PckAuthority.Platform), CollateralRequest.For(verdict.Platform!));
    }

    [Theory]
    [InlineData("http://example.invalid/")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("https://user:word@example.invalid/")]
    [InlineData("https://example.invalid/?a=b")]
    public void Rejects_Addresses(string address) =>
        Assert.Equal("TSF0002", Assert.Throws<TsfException>(() => new CollateralService(client, new() { Address = new(address) }, TimeProvider.System)).Code);

    [Fact]
    public void Rejects_OptionsOutOfRange_AllAtOnce()
    {
        var refusal = Assert.Throws<TsfException>(() => new CollateralService(client, new() { RootCrlAddress = new("http://a.invalid"), Update = "never", Timeout = TimeSpan.Zero }, TimeProvider.System));
        Assert.All(["RootCrlAddress is", "Update is", "Timeout is"], problem => Assert.Contains(problem, refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void IntelsAddresses_AreTheDefault()
    {
        var options = new CollateralServiceOptions();
        options.Validate();
        Assert.Equal("https://api.trustedservices.intel.com/tdx/certification/v4/tcb", options.Route("tdx/certification/v4/tcb").AbsoluteUri);
        Assert.Equal("https://certificates.trustedservices.intel.com/IntelSGXRootCA.der", options.EffectiveRootCrlAddress.AbsoluteUri);
    }

    internal static void AssertEqual(TdxCollateral expected, TdxCollateral actual)
    {
        Assert.Equal(expected.TcbInfo.ToArray(), actual.TcbInfo.ToArray());
        Assert.Equal(expected.TcbInfoIssuerChain.ToArray(), actual.TcbInfoIssuerChain.ToArray());
        Assert.Equal(expected.QeIdentity.ToArray(), actual.QeIdentity.ToArray());
        Assert.Equal(expected.QeIdentityIssuerChain.ToArray(), actual.QeIdentityIssuerChain.ToArray());
        Assert.Equal(expected.PckCrl.ToArray(), actual.PckCrl.ToArray());
        Assert.Equal(expected.PckCrlIssuerChain.ToArray(), actual.PckCrlIssuerChain.ToArray());
        Assert.Equal(expected.RootCaCrl.ToArray(), actual.RootCaCrl.ToArray());
    }

    private static string Header(string name, ReadOnlyMemory<byte> pem) => $"{name}: {Uri.EscapeDataString(Encoding.ASCII.GetString(pem.Span))}";

    private CollateralService Source(TimeSpan? timeout = null) => new(client, new() { Address = server.Address, Timeout = timeout ?? TimeSpan.FromSeconds(30) }, TimeProvider.System);

    private Task<TdxCollateral> FetchAsync() => Source().GetAsync(Request, CancellationToken.None);

    private async Task Refuses(string code, string why, TimeSpan? timeout = null)
    {
        var refusal = await Assert.ThrowsAsync<TsfException>(() => Source(timeout).GetAsync(Request, CancellationToken.None));
        Assert.Equal(code, refusal.Code);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }
}
