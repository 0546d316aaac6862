using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tests.Tdx.InitData;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.Policies;

public sealed class AttestationPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SchemaCheck Schema = new(JsonDocument.Parse(AttestationPolicySchema.Text).RootElement);

    private static readonly PolicyClaims Guest = new()
    {
        TcbStatus = "UpToDate",
        TcbDate = Now.AddDays(-100),
        PlatformTcbDate = Now.AddDays(-100),
        EvaluationDataNumber = 18,
        Advisories = [],
        Debug = false,
        MrTd = Register(1),
        MrSeam = Register(2),
        MrConfigId = Register(3),
        Rtmrs = [Register(4), Register(5), Register(6), Register(7)],
    };

    private static string Complete => $$"""
        {
          "formatVersion": 1,
          "tcb_statuses": ["UpToDate", "SWHardeningNeeded"],
          "out_of_date_grace_days": 30,
          "insecure_allow_debug": false,
          "minimum_evaluation_data_number": 17,
          "minimum_tcb_date": "2025-11-21",
          "allowed_advisories": ["INTEL-SA-00837", "INTEL-DOC-00001"],
          "mr_td": ["{{Hex(1)}}", "{{Hex(9)}}"],
          "rtmr_0": ["{{Hex(4)}}"],
          "rtmr_1": ["{{Hex(5).ToUpperInvariant()}}"],
          "rtmr_2": ["{{Hex(6)}}"],
          "rtmr_3": ["{{Hex(7)}}"],
          "mr_config_id": ["{{Hex(3)}}"],
          "mr_seam": ["{{Hex(2)}}"]
        }
        """;

    public static TheoryData<string, string> WrongPolicies => new()
    {
        { "[]", "$: must be an object" },
        { "{}", "$.formatVersion: must be 1" },
        { """{"formatVersion": 2}""", "$.formatVersion: must be 1" },
        { """{"formatVersion": 1, "mrtd": []}""", "$.mrtd: is not a member of a policy" },
        { """{"formatVersion": 1, "tcb_statuses": []}""", "$.tcb_statuses: must be a list of 1 to 1000 texts" },
        { """{"formatVersion": 1, "tcb_statuses": "UpToDate"}""", "$.tcb_statuses: must be a list" },
        { """{"formatVersion": 1, "tcb_statuses": ["uptodate"]}""", "'uptodate' is not one of UpToDate, " },
        { """{"formatVersion": 1, "tcb_statuses": ["Revoked"]}""", "'Revoked' can never be accepted" },
        { """{"formatVersion": 1, "tcb_statuses": ["UpToDate", "UpToDate"]}""", "names something twice" },
        { """{"formatVersion": 1, "out_of_date_grace_days": 731}""", "must be a whole number from 0 to 730" },
        { """{"formatVersion": 1, "out_of_date_grace_days": -1}""", "must be a whole number from 0 to 730" },
        { """{"formatVersion": 1, "out_of_date_grace_days": "30"}""", "must be a whole number from 0 to 730" },
        { """{"formatVersion": 1, "insecure_allow_debug": 1}""", "must be true or false" },
        { """{"formatVersion": 1, "minimum_evaluation_data_number": 1.5}""", "must be a whole number" },
        { """{"formatVersion": 1, "allowed_advisories": ["SA-00837"]}""", "is not of the form INTEL-SA-00000" },
        { """{"formatVersion": 1, "mr_td": ["00"]}""", "'00' is not 96 hex digits" },
        { """{"formatVersion": 1, "mr_td": [1]}""", "$.mr_td: must be a list" },
        { """{"formatVersion": 1, "mr_td": null}""", "$.mr_td: must be a list" },
        { $$"""{"formatVersion": 1, "rtmr_0": ["{{new string('g', 96)}}"]}""", "is not 96 hex digits" },
        { $$"""{"formatVersion": 1, "mr_config_id": ["{{new string('0', 96)}}"]}""", "all zeros is what every guest without initdata has" },
        { $$"""{"formatVersion": 1, "mr_td": ["{{Hex(1)}}", "{{new string('0', 96)}}"]}""", "$.mr_td: all zeros is no measurement" },
        { $$"""{"formatVersion": 1, "rtmr_0": ["{{new string('0', 96)}}"]}""", "$.rtmr_0: all zeros is a register that was never extended" },
        { $$"""{"formatVersion": 1, "rtmr_1": ["{{new string('0', 96)}}"]}""", "$.rtmr_1: all zeros is a register that was never extended" },
        { $$"""{"formatVersion": 1, "rtmr_2": ["{{new string('0', 96)}}"]}""", "$.rtmr_2: all zeros is a register that was never extended" },
        { """{"formatVersion": 1, "minimum_tcb_date": 20241113}""", "$.minimum_tcb_date: must be a day like 2024-11-13" },
        { """{"formatVersion": 1, "minimum_tcb_date": "13.11.2024"}""", "$.minimum_tcb_date: must be a day like 2024-11-13" },
        { """{"formatVersion": 1, "minimum_tcb_date": "2024-11-13T00:00:00Z"}""", "$.minimum_tcb_date: must be a day like 2024-11-13" },
        { """{"formatVersion": 1, "minimum_tcb_date": "2024-13-01"}""", "$.minimum_tcb_date: must be a day like 2024-11-13" },
        { """{"formatVersion": 1, "minimum_tcb_date": null}""", "$.minimum_tcb_date: must be a day like 2024-11-13" },
        { """{"formatVersion": 1, "init_data": ["../secret.toml"]}""", "must be a path below the policy's folder" },
        { """{"formatVersion": 1, "init_data": ["/etc/passwd"]}""", "must be a path below the policy's folder" },
    };

    [Fact]
    public void Policy_WithEveryMember_AcceptsItsGuest()
    {
        var verdict = Parse(Complete, PolicyUse.KeyRelease).Evaluate(Guest, Now);

        Assert.True(verdict.Accepted);
        Assert.Equal(
            ["tcb_statuses", "insecure_allow_debug", "mr_td", "rtmr_0", "rtmr_1", "rtmr_2", "rtmr_3", "mr_config_id", "mr_seam", "minimum_evaluation_data_number", "minimum_tcb_date", "allowed_advisories"],
            verdict.Rules.Select(rule => rule.Rule));
        Assert.All(verdict.Rules, rule => Assert.StartsWith("✓ ", rule.ToString(), StringComparison.Ordinal));
        verdict.ThrowIfRefused();
    }

    [Fact]
    public void EachRule_Broken_IsTheOneThatFails()
    {
        var policy = Parse(Complete, PolicyUse.KeyRelease);
        (string Rule, PolicyClaims Claims)[] cases =
        [
            ("tcb_statuses", Guest with { TcbStatus = "ConfigurationNeeded" }),
            ("tcb_statuses", Guest with { TcbStatus = "Unknown" }),
            ("tcb_statuses", Guest with { TcbStatus = "Revoked" }),
            ("insecure_allow_debug", Guest with { Debug = true }),
            ("mr_td", Guest with { MrTd = Register(8) }),
            ("rtmr_0", Guest with { Rtmrs = [Register(8), Register(5), Register(6), Register(7)] }),
            ("rtmr_1", Guest with { Rtmrs = [Register(4), Register(8), Register(6), Register(7)] }),
            ("rtmr_2", Guest with { Rtmrs = [Register(4), Register(5), Register(8), Register(7)] }),
            ("rtmr_3", Guest with { Rtmrs = [Register(4), Register(5), Register(6), Register(8)] }),
            ("mr_config_id", Guest with { MrConfigId = new byte[48] }),
            ("mr_seam", Guest with { MrSeam = Register(8) }),
            ("minimum_evaluation_data_number", Guest with { EvaluationDataNumber = 16 }),
            ("minimum_evaluation_data_number", Guest with { EvaluationDataNumber = null }),
            ("minimum_tcb_date", Guest with { PlatformTcbDate = Now.AddDays(-101) }),
            ("minimum_tcb_date", Guest with { PlatformTcbDate = null }),
            ("allowed_advisories", Guest with { Advisories = ["INTEL-SA-00837", "INTEL-SA-00999"] }),
        ];
        Assert.All(cases, item =>
        {
            var verdict = policy.Evaluate(item.Claims, Now);
            Assert.Equal([item.Rule], verdict.Rules.Where(rule => !rule.Passed).Select(rule => rule.Rule));
            var refusal = Assert.Throws<TsfException>(verdict.ThrowIfRefused);
            Assert.Equal("TSF3342", refusal.Code);
            Assert.StartsWith($"✗ {item.Rule}: expected ", refusal.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Policy_WithoutMembers_AcceptsUpToDateWithoutDebugAlone()
    {
        var policy = Parse("""{"formatVersion": 1}""");
        Assert.True(policy.Evaluate(Guest, Now).Accepted);
        Assert.False(policy.Evaluate(Guest with { Debug = true }, Now).Accepted);
        foreach (var status in (string[])["Unknown", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded", "Revoked", "uptodate", ""])
        {
            Assert.False(policy.Evaluate(Guest with { TcbStatus = status }, Now).Accepted);
        }
    }

    [Fact]
    public void Debug_IsAcceptedOnlyUnderItsInsecureName()
    {
        Assert.True(Parse("""{"formatVersion": 1, "insecure_allow_debug": true}""").Evaluate(Guest with { Debug = true }, Now).Accepted);
        Assert.False(Parse("""{"formatVersion": 1, "insecure_allow_debug": false}""").Evaluate(Guest with { Debug = true }, Now).Accepted);
    }

    [Fact]
    public void GracePeriod_CountsFromTheLevelsDate()
    {
        var policy = Parse("""{"formatVersion": 1, "out_of_date_grace_days": 30}""");
        Assert.True(policy.Evaluate(Guest with { TcbStatus = "OutOfDate", TcbDate = Now.AddDays(-30) }, Now).Accepted);
        Assert.False(policy.Evaluate(Guest with { TcbStatus = "OutOfDate", TcbDate = Now.AddDays(-30).AddSeconds(-1) }, Now).Accepted);
        Assert.False(policy.Evaluate(Guest with { TcbStatus = "OutOfDate", TcbDate = null }, Now).Accepted);
        Assert.False(policy.Evaluate(Guest with { TcbStatus = "OutOfDateConfigurationNeeded", TcbDate = Now }, Now).Accepted);
        Assert.Contains("OutOfDate with tcbDate 2025-11-21", policy.Evaluate(Guest with { TcbStatus = "OutOfDate" }, Now).Rules[0].ToString(), StringComparison.Ordinal);
        Assert.True(Parse("""{"formatVersion": 1, "out_of_date_grace_days": 30, "tcb_statuses": ["OutOfDate"]}""").Evaluate(Guest with { TcbStatus = "OutOfDate" }, Now).Accepted);
    }

    [Fact]
    public void MinimumTcbDate_IsADayOfTheGuestsPlatformAlone_AndAnUnknownOneIsRefused()
    {
        var policy = Parse("""{"formatVersion": 1, "minimum_tcb_date": "2025-05-01"}""");
        bool Accepted(string? date) => policy.Evaluate(Guest with { TcbDate = null, PlatformTcbDate = date is null ? null : DateTimeOffset.Parse(date, CultureInfo.InvariantCulture) }, Now).Accepted;
        Assert.True(Accepted("2025-05-01T00:00:00Z"));
        Assert.True(Accepted("2025-05-02T00:00:00Z"));
        Assert.False(Accepted("2025-04-30T23:59:59Z"));
        Assert.False(Accepted("2025-05-01T01:00:00+02:00"));
        Assert.False(Accepted(null));
        var refused = policy.Evaluate(Guest with { PlatformTcbDate = null }, Now).Rules.Single(rule => !rule.Passed);
        Assert.Equal(("minimum_tcb_date", "2025-05-01 or later", "unknown"), (refused.Rule, refused.Expected, refused.Seen));
    }

    [Theory]
    [InlineData("rtmr_3")]
    [InlineData("mr_seam")]
    public void Zeros_ArePinnedWhereAGuestMayHaveThem(string register)
    {
        var policy = JsonNode.Parse(Complete)!.AsObject();
        policy[register] = new JsonArray(new string('0', 96));
        Parse(policy.ToJsonString(), PolicyUse.KeyRelease);
        Assert.True(Fits(policy.ToJsonString()));
    }

    [Fact]
    public void NoAdvisoryAllowed_IsNotTheSameAsNotAsked()
    {
        var withOne = Guest with { Advisories = ["INTEL-SA-00837"] };
        Assert.False(Parse("""{"formatVersion": 1, "allowed_advisories": []}""").Evaluate(withOne, Now).Accepted);
        Assert.True(Parse("""{"formatVersion": 1, "allowed_advisories": []}""").Evaluate(Guest, Now).Accepted);
        Assert.True(Parse("""{"formatVersion": 1}""").Evaluate(withOne, Now).Accepted);
    }

    [Theory]
    [InlineData("mr_td")]
    [InlineData("rtmr_0")]
    [InlineData("rtmr_1")]
    [InlineData("rtmr_2")]
    [InlineData("mr_config_id")]
    public void KeyRelease_WithoutAPin_DoesNotLoad(string register)
    {
        var policy = JsonNode.Parse(Complete)!.AsObject();
        policy.Remove(register);

        var refusal = Assert.Throws<TsfException>(() => Parse(policy.ToJsonString(), PolicyUse.KeyRelease));
        Assert.Equal("TSF3341", refusal.Code);
        Assert.Contains($"must state {register}", refusal.Message, StringComparison.Ordinal);
        Parse(policy.ToJsonString(), PolicyUse.Inspection);
    }

    [Fact]
    public void KeyRelease_WithoutAnyPin_NamesThemAll()
    {
        var refusal = Assert.Throws<TsfException>(() => Parse("""{"formatVersion": 1}""", PolicyUse.KeyRelease));
        Assert.Equal("TSF3341", refusal.Code);
        Assert.Contains("must state mr_td, rtmr_0, rtmr_1, rtmr_2, mr_config_id or init_data", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InitDataDocument_StandsForItsDigest()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["pod.toml"], InitDataDocumentTests.Example);
        var json = JsonNode.Parse(Complete)!.AsObject();
        json.Remove("mr_config_id");
        json["init_data"] = new JsonArray("pod.toml");
        File.WriteAllText(directory["policy.json"], json.ToJsonString());
        var digest = InitDataDocument.Parse(Encoding.UTF8.GetBytes(InitDataDocumentTests.Example)).MrConfigId;

        var policy = AttestationPolicy.Load(directory["policy.json"], PolicyUse.KeyRelease);

        Assert.True(policy.Evaluate(Guest with { MrConfigId = digest }, Now).Accepted);
        var refused = policy.Evaluate(Guest, Now);
        Assert.False(refused.Accepted);
        Assert.Contains("(pod.toml)", refused.Rules.Single(rule => !rule.Passed).Expected, StringComparison.Ordinal);
        json["mr_config_id"] = new JsonArray(Hex(3));
        Assert.True(AttestationPolicy.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), PolicyUse.KeyRelease, directory.Path).Evaluate(Guest, Now).Accepted);
    }

    [Fact]
    public void InitDataDocument_ThatIsMissingOrWrong_DoesNotLoad()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["wrong.toml"], "version = 1");
        var refusal = Assert.Throws<TsfException>(() => AttestationPolicy.Parse(
            """{"formatVersion": 1, "init_data": ["missing.toml", "wrong.toml"]}"""u8.ToArray(), PolicyUse.Inspection, directory.Path));
        Assert.Equal("TSF3340", refusal.Code);
        Assert.Contains("'missing.toml' cannot be read", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'wrong.toml': Initdata: version is missing", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WrongPolicies))]
    public void Rejects_WrongPolicies_AndSoDoesTheSchema(string json, string why)
    {
        var refusal = Assert.Throws<TsfException>(() => Parse(json));
        Assert.Equal("TSF3340", refusal.Code);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.False(Fits(json));
    }

    [Fact]
    public void Rejects_AllProblemsAtOnce()
    {
        var refusal = Assert.Throws<TsfException>(() => Parse("""{"mr_td": ["1", "2"], "rtmr_9": [], "insecure_allow_debug": "no", "tcb_statuses": ["x"]}""", PolicyUse.KeyRelease));
        Assert.Equal("TSF3340", refusal.Code);
        Assert.All(
            ["$.formatVersion", "$.rtmr_9", "'1' is not", "'2' is not", "$.insecure_allow_debug", "$.tcb_statuses", "must state rtmr_0"],
            problem => Assert.Contains(problem, refusal.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"formatVersion\": 1")]
    [InlineData("{\"formatVersion\": 1, \"formatVersion\": 1}")]
    [InlineData("{\"formatVersion\": 1, \"mr_td\": [], \"mr_td\": []}")]
    [InlineData("// comment\n{\"formatVersion\": 1}")]
    public void Rejects_WhatIsNotJson(string json) => Assert.Equal("TSF3340", Assert.Throws<TsfException>(() => Parse(json)).Code);

    [Theory]
    [InlineData("{\"formatVersion\": 1, \"mr_td\": [\"\\ud800\"]}")]
    [InlineData("{\"formatVersion\": 1, \"\\ud800\": 1}")]
    [InlineData("{\"formatVersion\": 1, \"mr_td\": [\"\u00ff\"]}")]
    public void Rejects_TextThatIsNotUnicode(string json)
    {
        // Found by fuzzing: Latin-1 bytes are no UTF-8.
        var refusal = Assert.Throws<TsfException>(() => AttestationPolicy.Parse(Encoding.Latin1.GetBytes(json), PolicyUse.Inspection, "/nonexistent"));
        Assert.Equal("TSF3340", refusal.Code);
        Assert.Contains("not valid Unicode", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_AFileOverTheLimit()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["policy.json"], new byte[(1 << 20) + 1]);
        Assert.Contains("larger than 1048576", Assert.Throws<TsfException>(() => AttestationPolicy.Load(directory["policy.json"], PolicyUse.Inspection)).Message, StringComparison.Ordinal);
        Assert.Equal("TSF0008", Assert.Throws<TsfException>(() => AttestationPolicy.Load(directory["none.json"], PolicyUse.Inspection)).Code);
    }

    [Fact]
    public void Schema_FitsWhatLoads()
    {
        string[] right = [Complete, """{"formatVersion": 1}""", """{"$schema": "attestation-policy.schema.json", "formatVersion": 1, "allowed_advisories": []}"""];
        Assert.All(right, json =>
        {
            Parse(json);
            Assert.True(Fits(json));
        });
        Assert.True(Fits("""{"formatVersion": 1, "init_data": ["pods/a..b.toml"]}"""));
    }

    [Fact]
    public void Schema_KnowsEveryMember_AndNoOther()
    {
        using var schema = JsonDocument.Parse(AttestationPolicySchema.Text);
        using var complete = JsonDocument.Parse(Complete);
        Assert.Equal(
            complete.RootElement.EnumerateObject().Select(member => member.Name).Append("$schema").Append("init_data").Order(),
            schema.RootElement.GetProperty("properties").EnumerateObject().Select(member => member.Name).Order());
    }

    [Fact]
    public void PartOfAnotherDocument_IsReadWithItsPlace()
    {
        List<string> problems = [];
        using var right = JsonDocument.Parse($$"""{"mr_td": ["{{Hex(1)}}"]}""");
        Assert.NotNull(AttestationPolicy.Read(right.RootElement, PolicyUse.Inspection, "/", "$.rules[0].tdx", problems));
        Assert.Empty(problems);
        using var wrong = JsonDocument.Parse("""{"formatVersion": 1, "mr_td": ["x"]}""");
        Assert.Null(AttestationPolicy.Read(wrong.RootElement, PolicyUse.KeyRelease, "/", "$.rules[0].tdx", problems));
        Assert.Equal(3, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith("$.rules[0].tdx", problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Fuzzed_Policies_AreReadOrRefused() => Fuzzing.Run(
        "attestation policy",
        2000,
        [Encoding.UTF8.GetBytes(Complete)],
        input =>
        {
            try
            {
                return AttestationPolicy.Parse(input, PolicyUse.Inspection, "/nonexistent").Evaluate(Guest, Now).Rules.Count > 0;
            }
            catch (TsfException exception) when (exception.Code == "TSF3340")
            {
                return false;
            }
        },
        bytesPerByte: 128,
        fixedBytes: 2 << 20);

    private static AttestationPolicy Parse(string json, PolicyUse use = PolicyUse.Inspection) => AttestationPolicy.Parse(Encoding.UTF8.GetBytes(json), use, "/nonexistent");

    private static bool Fits(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Schema.Fits(document.RootElement);
    }

    private static byte[] Register(byte value) => [.. Enumerable.Repeat(value, 48)];

    private static string Hex(byte value) => Convert.ToHexStringLower(Register(value));
}
