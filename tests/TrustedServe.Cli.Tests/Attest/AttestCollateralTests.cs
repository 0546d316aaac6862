using System.Text;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tests.Tdx.CollateralSources;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Cli.Tests.Attest;

public sealed class AttestCollateralTests : IDisposable
{
    private readonly AttestCase test = new();
    private readonly CollateralServer server = new();

    public void Dispose()
    {
        server.Dispose();
        test.Dispose();
    }

    [Fact]
    public async Task Fetch_by_platform_writes_a_bundle_with_which_a_quote_verifies()
    {
        var collateral = new SyntheticCollateral().Build();
        Serve(collateral);
        var bundle = test.Path("fetched.json");
        var (exitCode, output) = await test.RunAsync("collateral", "fetch", "--fmspc", "90C06F000000", "--ca", "platform", "--source", $"{server.Address}", "--out", bundle, "--insecure-trust-root", test.Root());
        Assert.True(exitCode == 0, output);
        Assert.Contains("fetch again before", output, StringComparison.Ordinal);
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(CollateralBundle.Write(collateral), await File.ReadAllBytesAsync(bundle));

        var arguments = test.Synthetic();
        arguments[2] = bundle;
        Assert.Equal(0, (await test.RunAsync(["verify", .. arguments])).ExitCode);
    }

    [Fact]
    public async Task Fetch_by_quote_asks_for_its_platform_and_fills_a_folder()
    {
        var pki = SyntheticPki.Shared;
        Serve(new SyntheticCollateral { Processor = true }.Build());
        Directory.CreateDirectory(test.Path("site"));
        var quote = test.Write("processor.dat", new SyntheticQuote { Chain = SyntheticPki.Pem(pki.Leaf(processor: true), pki.ProcessorCa, pki.Root) }.Build());
        var (exitCode, answer) = await test.JsonAsync("collateral", "fetch", "--quote", quote, "--source", $"{server.Address}", "--out", test.Path("site"), "--insecure-trust-root", test.Root());
        Assert.Equal((0, "processor"), (exitCode, answer.GetProperty("authority").GetString()));
        Assert.Contains(server.Requests, request => request.Contains("ca=processor", StringComparison.Ordinal));
        Assert.True(File.Exists(System.IO.Path.Combine(test.Path("site"), "90c06f000000-processor.json")));
    }

    [Fact]
    public async Task Fetch_writes_nothing_that_does_not_verify()
    {
        Serve(new SyntheticCollateral { EditText = text => text.Replace("UpToDate", "Revoked", StringComparison.Ordinal) }.Build());
        await RefusedAsync("TSF3352", "TcbInfoSignature");
    }

    [Fact]
    public async Task Fetch_writes_nothing_of_another_platform()
    {
        Serve(new SyntheticCollateral { EditTcbInfo = info => info["fmspc"] = "00a06d080000" }.Build());
        await RefusedAsync("TSF3352", "00a06d080000");
    }

    [Fact]
    public async Task Fetch_of_an_unknown_platform_says_so()
    {
        await RefusedAsync("TSF3350", "no");
    }

    [Theory]
    [InlineData("--fmspc", "90c06f000000")]
    [InlineData("--ca", "platform")]
    [InlineData("--fmspc", "90c06f", "--ca", "platform")]
    [InlineData("--fmspc", "90c06f000000", "--ca", "platform", "--quote", "quote.dat")]
    public async Task Fetch_needs_a_quote_or_both_other_options(params string[] options)
    {
        var (exitCode, output) = await test.RunAsync(["collateral", "fetch", "--source", $"{server.Address}", "--out", test.Path("none.json"), .. options]);
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF0010", output, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Show_lists_levels_dates_and_revoked_certificates()
    {
        var bundle = test.Write("bundle.json", new SyntheticCollateral { RevokedByAuthority = ["0a01", "0b02"] }.Build());
        var (exitCode, answer) = await test.JsonAsync("collateral", "show", bundle, "--insecure-trust-root", test.Root());
        Assert.Equal(0, exitCode);
        Assert.Equal(["UpToDate", "OutOfDate"], answer.GetProperty("platformLevels").EnumerateArray().Select(level => level.GetProperty("status").GetString()));
        Assert.Equal([new string('0', 36) + "0a01", new string('0', 36) + "0b02"], answer.GetProperty("revokedPlatforms").EnumerateArray().Select(serial => serial.GetString()));
        Assert.Equal(0, answer.GetProperty("revokedByRoot").GetArrayLength());

        var (_, text) = await test.RunAsync("collateral", "show", bundle, "--insecure-trust-root", test.Root());
        Assert.Contains("module TDX_01", text, StringComparison.Ordinal);
        Assert.Contains("2026-07-01T00:00:00Z", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_names_what_does_not_verify_and_shows_nothing_of_it()
    {
        var (exitCode, output) = await test.RunAsync("collateral", "show", test.Write("bundle.json", new SyntheticCollateral { RevokedByAuthority = ["0a01"] }.Build()));
        Assert.Equal(0, exitCode);
        Assert.Contains("NOT verified", output, StringComparison.Ordinal);
        Assert.DoesNotContain("INTEL-SA-00001", output, StringComparison.Ordinal);
        Assert.DoesNotContain("0a01", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-06-15T00:00:00Z", 0, null)]
    [InlineData("2026-05-31T23:59:59Z", 1, "root CRL")]
    [InlineData("2026-07-01T00:00:01Z", 1, "root CRL")]
    public async Task Verify_judges_at_the_given_moment(string at, int expected, string? first)
    {
        var bundle = test.Write("bundle.json", new SyntheticCollateral().Build());
        var (exitCode, answer) = await test.JsonAsync("collateral", "verify", bundle, "--at", at, "--insecure-trust-root", test.Root());
        Assert.Equal(expected, exitCode);
        var failed = answer.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("passed").GetBoolean()).ToList();
        Assert.Equal(first, failed.Count == 0 ? null : failed[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Verify_refuses_missing_lists_and_strange_files()
    {
        var incomplete = test.Write("bundle.json", new SyntheticCollateral().Build() with { PckCrl = default, PckCrlIssuerChain = default, RootCaCrl = default });
        var (exitCode, output) = await test.RunAsync("collateral", "verify", incomplete, "--at", "2026-06-15T00:00:00Z", "--insecure-trust-root", test.Root());
        Assert.Equal(1, exitCode);
        Assert.Contains("missing", output, StringComparison.Ordinal);

        var (strange, text) = await test.RunAsync("collateral", "verify", test.Write("strange.json", "{\"a\":1}"u8.ToArray()));
        Assert.Equal(1, strange);
        Assert.Contains("TSF3203", text, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(params string[] words)
    {
        var (exitCode, output) = await test.RunAsync("collateral", "fetch", "--fmspc", "90c06f000000", "--ca", "platform", "--source", $"{server.Address}", "--out", test.Path("none.json"), "--insecure-trust-root", test.Root());
        Assert.Equal(1, exitCode);
        Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
        Assert.False(File.Exists(test.Path("none.json")));
    }

    private void Serve(TdxCollateral collateral)
    {
        server.Answers["/tdx/certification/v4/tcb"] = CollateralServer.Answer(collateral.TcbInfo.ToArray(), Header("TCB-Info-Issuer-Chain", collateral.TcbInfoIssuerChain));
        server.Answers["/tdx/certification/v4/qe/identity"] = CollateralServer.Answer(collateral.QeIdentity.ToArray(), Header("SGX-Enclave-Identity-Issuer-Chain", collateral.QeIdentityIssuerChain));
        server.Answers["/sgx/certification/v4/pckcrl"] = CollateralServer.Answer(collateral.PckCrl.ToArray(), Header("SGX-PCK-CRL-Issuer-Chain", collateral.PckCrlIssuerChain));
        server.Answers["/sgx/certification/v4/rootcacrl"] = CollateralServer.Answer(collateral.RootCaCrl.ToArray());
    }

    private static string Header(string name, ReadOnlyMemory<byte> pem) => $"{name}: {Uri.EscapeDataString(Encoding.ASCII.GetString(pem.Span))}";
}
