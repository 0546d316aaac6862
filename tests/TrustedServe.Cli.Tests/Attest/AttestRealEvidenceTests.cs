using TrustedServe.Attestation.Tests.Tdx.Verification;

namespace TrustedServe.Cli.Tests.Attest;

/// <summary>Quotes of real platforms, where the folder of shared data lies beside the clone.</summary>
public sealed class AttestRealEvidenceTests : IDisposable
{
    private readonly AttestCase test = new();

    public void Dispose() => test.Dispose();

    [Theory]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-01T00:00:00Z", "--insecure-allow-debug", "UpToDate", null)]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-01T00:00:00Z", null, "UpToDate", "Debug")]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-08T07:25:00Z", null, "Unknown", "QeIdentityValidity")]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-11-10T00:00:00Z", "--insecure-allow-missing-crls", "OutOfDate", "TcbStatus")]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-11-10T00:00:00Z", null, "Unknown", "RootCrl")]
    [InlineData("sgx_v3_occlum", "2023", "2023-07-01T00:00:00Z", null, "Unknown", "Format")]
    public async Task Verify_gives_the_verdict_and_explain_names_the_same_step(string quote, string collateral, string at, string? option, string status, string? refused)
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        string[] arguments =
        [
            test.Write("quote.dat", RealEvidence.Quote(quote)), "--collateral", test.Write("bundle.json", RealEvidence.Collateral(collateral)!), "--at", at,
            .. option is null ? Array.Empty<string>() : [option],
        ];
        var (exitCode, answer) = await test.JsonAsync(["verify", .. arguments]);
        Assert.Equal((refused is null ? 0 : 1, status), (exitCode, answer.GetProperty("status").GetString()));
        Assert.Equal(refused, refused is null ? null : AttestVerifyTests.Refused(answer));

        var (explained, advice) = await test.JsonAsync(["explain", .. arguments]);
        Assert.Equal(exitCode, explained);
        Assert.Equal(refused, refused is null ? null : advice.GetProperty("refused").GetString());
    }

    [Fact]
    public async Task Root_with_Intels_name_and_another_key_is_refused()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var quote = test.Write("quote.dat", RealEvidence.Quote("v4_preproduction_30806f", "quotes-untrusted-root"));
        var (exitCode, output) = await test.RunAsync("verify", quote, "--at", "2024-01-01T00:00:00Z", "--insecure-allow-missing-collateral");
        Assert.Equal(1, exitCode);
        Assert.Contains("✗ refused", output, StringComparison.Ordinal);
        Assert.Contains("TrustAnchor", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Event_log_of_the_guest_is_borne_out_and_that_of_another_is_not()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        string[] arguments = [test.Write("quote.dat", RealEvidence.Quote("v4_gce_cos113")), "--at", "2026-03-01T00:00:00Z", "--insecure-allow-missing-collateral", "--insecure-allow-debug", "--event-log"];
        var own = test.Write("own.bin", RealEvidence.Read("ccel", "gotdx_cos113_ccel_data.trimmed.bin"));
        var (right, answer) = await test.JsonAsync(["verify", .. arguments, own]);
        Assert.Equal(0, right);
        Assert.True(answer.GetProperty("eventLog").GetProperty("holds").GetBoolean());

        var (shown, text) = await test.RunAsync(["verify", .. arguments, own]);
        Assert.Equal(0, shown);
        Assert.Contains("replays to the quote's registers", text, StringComparison.Ordinal);

        var (wrong, other) = await test.JsonAsync(["explain", .. arguments, test.Write("other.bin", RealEvidence.Read("ccel", "trustee_CCEL_data_ovmf.trimmed.bin"))]);
        Assert.Equal((1, "event log, RTMR0"), (wrong, other.GetProperty("refused").GetString()));
    }

    [Fact]
    public async Task Real_collateral_is_verified_and_shown()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var bundle = test.Write("bundle.json", RealEvidence.Collateral("2023")!);
        var (exitCode, output) = await test.RunAsync("collateral", "verify", bundle, "--at", "2023-07-01T00:00:00Z");
        Assert.Equal(0, exitCode);
        Assert.Contains("2023-07-08T07:24:59Z", output, StringComparison.Ordinal);
        var (_, shown) = await test.JsonAsync("collateral", "show", bundle);
        Assert.Equal(44, shown.GetProperty("revokedPlatforms").GetArrayLength());
        Assert.Equal("50806f000000", shown.GetProperty("fmspc").GetString());
    }
}
