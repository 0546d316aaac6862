using System.Text.Json;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Cli.Tests.Attest;

public sealed class AttestVerifyTests : IDisposable
{
    private readonly AttestCase test = new();

    public void Dispose() => test.Dispose();

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    public async Task Accepts_a_sound_quote_and_shows_every_step(int version, int body)
    {
        var arguments = test.Synthetic(new SyntheticQuote { Version = version, BodyType = body });
        var (exitCode, answer) = await test.JsonAsync(["verify", .. arguments]);
        Assert.Equal(0, exitCode);
        Assert.True(answer.GetProperty("accepted").GetBoolean());
        Assert.Equal("UpToDate", answer.GetProperty("status").GetString());
        Assert.Equal("2026-07-01T00:00:00+00:00", answer.GetProperty("validUntil").GetString());
        Assert.All(answer.GetProperty("steps").EnumerateArray(), step => Assert.True(step.GetProperty("passed").GetBoolean()));
        Assert.Equal(new string('2', 96), answer.GetProperty("claims").GetProperty("mr_td").GetString());

        var (again, text) = await test.RunAsync(["verify", .. arguments]);
        Assert.Equal(0, again);
        Assert.Contains("✓ accepted", text, StringComparison.Ordinal);
        Assert.Contains("QuoteSignature", text, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_synthetic_root_unless_it_is_trusted_by_name()
    {
        var (exitCode, answer) = await test.JsonAsync(["verify", .. test.Synthetic()[..^2]]);
        Assert.Equal((1, "TrustAnchor"), (exitCode, Refused(answer)));
    }

    [Fact]
    public async Task Rejects_report_data_of_another_question_and_accepts_a_shorter_one_with_zeros()
    {
        var arguments = test.Synthetic(new SyntheticQuote { EditBody = body => body.AsSpan(568, 16).Clear() });
        var (wrong, answer) = await test.JsonAsync(["verify", .. arguments, "--report-data", new string('a', 96)]);
        Assert.Equal((1, "ReportData"), (wrong, Refused(answer)));
        var (right, _) = await test.JsonAsync(["verify", .. arguments, "--report-data", string.Concat(Enumerable.Repeat("55", 48))]);
        Assert.Equal(0, right);
    }

    [Theory]
    [InlineData("--report-data", "abc")]
    [InlineData("--report-data", "zz")]
    [InlineData("--report-data", "")]
    [InlineData("--at", "tomorrow")]
    public async Task Rejects_an_option_that_cannot_be_read(string option, string value)
    {
        var (exitCode, output) = await test.RunAsync(["verify", test.Write("quote.dat", [1]), option, value]);
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF0010", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_says_rule_by_rule_what_it_does_not_accept()
    {
        var policy = test.Write("policy.json", """{"formatVersion":1,"mr_td":["PIN"],"minimum_evaluation_data_number":17,"allowed_advisories":["INTEL-SA-00001"]}"""u8.ToArray());
        await File.WriteAllTextAsync(policy, (await File.ReadAllTextAsync(policy)).Replace("PIN", new string('9', 96), StringComparison.Ordinal));
        var (exitCode, answer) = await test.JsonAsync(["verify", .. test.Synthetic(), "--policy", policy]);
        Assert.Equal((1, "mr_td"), (exitCode, Refused(answer)));
        Assert.Equal(
            ["tcb_statuses True", "insecure_allow_debug True", "mr_td False", "minimum_evaluation_data_number True", "allowed_advisories False"],
            answer.GetProperty("policy").EnumerateArray().Select(rule => $"{rule.GetProperty("rule").GetString()} {rule.GetProperty("passed").GetBoolean()}"));
    }

    [Fact]
    public async Task Policy_without_collateral_is_refused_as_it_is_typed()
    {
        var (exitCode, output) = await test.RunAsync("verify", test.Write("quote.dat", new SyntheticQuote().Build()), "--policy", test.Write("policy.json", """{"formatVersion":1}"""u8.ToArray()));
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF0010", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InitData_must_be_the_document_that_the_guest_was_started_with()
    {
        var document = """
            version = "0.1.0"
            algorithm = "sha384"
            [data]
            "aa.toml" = "text"
            """u8.ToArray();
        var arguments = test.Synthetic(new SyntheticQuote { EditBody = body => System.Security.Cryptography.SHA384.HashData(document).CopyTo(body, 184) });
        var (right, answer) = await test.JsonAsync(["verify", .. arguments, "--init-data", test.Write("initdata.toml", document)]);
        Assert.Equal(0, right);
        Assert.Equal("aa.toml", answer.GetProperty("initData").GetProperty("files")[0].GetString());
        var (wrong, other) = await test.JsonAsync(["verify", .. arguments, "--init-data", test.Write("other.toml", [.. document, (byte)'\n'])]);
        Assert.Equal((1, "initdata"), (wrong, Refused(other)));
    }

    [Fact]
    public async Task Folder_of_collateral_gives_the_bundle_of_the_quotes_platform()
    {
        var arguments = test.Synthetic();
        Directory.CreateDirectory(test.Path("site"));
        File.Move(test.Path("bundle.json"), System.IO.Path.Combine(test.Path("site"), "90c06f000000-platform.json"));
        arguments[2] = test.Path("site");
        Assert.Equal(0, (await test.JsonAsync(["verify", .. arguments])).ExitCode);

        File.Delete(System.IO.Path.Combine(test.Path("site"), "90c06f000000-platform.json"));
        var (exitCode, output) = await test.RunAsync(["verify", .. arguments]);
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF3350", output, StringComparison.Ordinal);

        test.Write("quote.dat", "no quote"u8.ToArray());
        Assert.Equal("Format", Refused((await test.JsonAsync(["verify", .. arguments])).Answer));
    }

    [Fact]
    public async Task Rejects_files_that_are_missing_or_endless()
    {
        var (missing, text) = await test.RunAsync("verify", test.Path("absent.dat"));
        Assert.Equal(1, missing);
        Assert.Contains("TSF0008", text, StringComparison.Ordinal);
        var (endless, same) = await test.RunAsync("verify", "/dev/zero");
        Assert.Equal(1, endless);
        Assert.Contains("TSF0008", same, StringComparison.Ordinal);
    }

    internal static string? Refused(JsonElement answer) => answer.GetProperty("refused").GetProperty("what").GetString();
}
