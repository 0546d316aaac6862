using System.Text;
using CsCheck;
using TrustedServe.Attestation.Keys;
using TrustedServe.KeyBroker.Policies;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("models/*/*", "models/a/v1", true)]
    [InlineData("models/*/*", "rows/a/v1", false)]
    [InlineData("*/*/*", "rows/a/v1", true)]
    [InlineData("models/a/v1", "models/a/v1", true)]
    [InlineData("models/a/v1", "models/a/v10", false)]
    [InlineData("models/a/v1", "models/A/v1", false)]
    public void Pattern_covers_whole_segments(string pattern, string path, bool expected)
    {
        var policy = Parse(TestPolicy.Of(TestPolicy.Rule("r", pattern, TestPolicy.Known)));
        Assert.Equal(expected, policy.Rules.Single().Covers(KeyId.Parse($"kbs:///{path}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"formatVersion":2,"rules":[]}""")]
    [InlineData("""{"formatVersion":1.5,"rules":[]}""")]
    [InlineData("""{"formatVersion":1,"rules":{}}""")]
    [InlineData("""{"formatVersion":1,"rules":[],"default":"allow"}""")]
    [InlineData("""{"formatVersion":1,"rules":[],"rules":[]}""")]
    [InlineData("""{"formatVersion":1,"rules":[null]}""")]
    [InlineData("""{"formatVersion":1,"rules":[],"\ud800":1}""")]
    [InlineData("""{"formatVersion":1,"rules":[],} // comment""")]
    public void Rejects_what_is_not_a_policy(string text) => Refused(text);

    [Theory]
    [InlineData("""{"name":"r","resources":["models/*/*"],"measurements":["M"]}""", "without a kind of evidence")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":false,"measurements":["M"]}""", "without a kind of evidence")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{"mrtd":["M"]}}""", "not a member of a policy")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":[]}""", "$.rules[0].tdx: must be an object")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{}}""", "must state mr_td, rtmr_0, rtmr_1, rtmr_2, mr_config_id or init_data")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{"mr_td":["M"],"rtmr_0":["M"],"rtmr_1":["M"],"rtmr_2":["M"]}}""", "must state mr_config_id or init_data")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{"rtmr_0":["M"],"rtmr_1":["M"],"rtmr_2":["M"],"mr_config_id":["M"]}}""", "must state mr_td")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{"mr_td":["M"],"rtmr_0":["M"],"rtmr_1":["M"],"rtmr_2":["M"],"mr_config_id":["M"]},"measurements":["M"]}""", "no meaning beside tdx")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{"mr_td":["M"],"rtmr_0":["M"],"rtmr_1":["M"],"rtmr_2":["M"],"mr_config_id":["M"]},"insecure_simulated":true}""", "accepts nothing else")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{"mr_td":["M"],"rtmr_0":["M"],"rtmr_1":["M"],"rtmr_2":["M"],"init_data":["missing.toml"]}}""", "cannot be read")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"tdx":{"mr_td":["M"],"rtmr_0":["M"],"rtmr_1":["M"],"rtmr_2":["M"],"init_data":["../up.toml"]}}""", "below the policy's folder")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":true,"measurements":["M"],"tdx":{}}""", "accepts nothing else")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":"yes","measurements":["M"]}""", "true or false")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":true}""", "measurements: is missing")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":true,"measurements":[]}""", "not empty")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":true,"measurements":["*"]}""", "96 lower-case hex")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":true,"measurements":[7]}""", "96 lower-case hex")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":true,"measurements":["M"],"insecure_any_measurement":true}""", "no meaning")]
    [InlineData("""{"name":"r","resources":["models/*"],"insecure_simulated":true,"measurements":["M"]}""", "repository/type/tag")]
    [InlineData("""{"name":"r","resources":["models/*/v*"],"insecure_simulated":true,"measurements":["M"]}""", "repository/type/tag")]
    [InlineData("""{"name":"r","resources":["models/**/v"],"insecure_simulated":true,"measurements":["M"]}""", "repository/type/tag")]
    [InlineData("""{"name":"r","resources":["models/../v"],"insecure_simulated":true,"measurements":["M"]}""", "repository/type/tag")]
    [InlineData("""{"name":"r","resources":[],"insecure_simulated":true,"measurements":["M"]}""", "not empty")]
    [InlineData("""{"name":"r","insecure_simulated":true,"measurements":["M"]}""", "resources: is missing")]
    [InlineData("""{"resources":["models/*/*"],"insecure_simulated":true,"measurements":["M"]}""", "name")]
    [InlineData("""{"name":"r\n","resources":["models/*/*"],"insecure_simulated":true,"measurements":["M"]}""", "name")]
    [InlineData("""{"name":"r","resources":["models/*/*"],"insecure_simulated":true,"measurements":["M"],"measurement":"M"}""", "member that is not one of")]
    public void Rejects_rules_that_say_too_little_or_too_much(string rule, string problem) =>
        Assert.Contains(problem, Refused(TestPolicy.Of(rule.Replace("M", TestPolicy.Known, StringComparison.Ordinal))), StringComparison.Ordinal);

    [Fact]
    public void Every_problem_is_listed_at_once()
    {
        var message = Refused("""
            {"formatVersion":3,"unknown":1,"rules":[
              {"name":"","resources":["x"],"insecure_simulated":true,"measurements":["y"]},
              {"name":"ok","resources":["a/b/c"],"insecure_simulated":false,"measurements":[]}]}
            """);
        foreach (var place in new[] { "$: ", "$.formatVersion", "$.rules[0].name", "$.rules[0].resources", "$.rules[0].measurements", "$.rules[1]: ", "$.rules[1].measurements" })
        {
            Assert.Contains(place, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rejects_doubled_rule_names_but_not_overlapping_rules()
    {
        Assert.Contains("$.rules[1].name", Refused(TestPolicy.Of(TestPolicy.Rule("r", "a/b/c", TestPolicy.Known), TestPolicy.Rule("r", "a/b/d", TestPolicy.Known))), StringComparison.Ordinal);

        var policy = Parse(TestPolicy.Of(TestPolicy.Rule("first", "a/*/*", TestPolicy.Known), TestPolicy.Rule("second", "a/b/*", TestPolicy.Unknown)));
        Assert.Equal("second", policy.Decide(KeyId.Parse("kbs:///a/b/c"), "sample", TestPolicy.Unknown, null, default).Name);
        Assert.Equal("first", policy.Decide(KeyId.Parse("kbs:///a/b/c"), "sample", TestPolicy.Known, null, default).Name);
    }

    [Fact]
    public void Rule_for_simulated_evidence_accepts_nothing_else()
    {
        var policy = Parse("""{"formatVersion":1,"rules":[{"name":"r","resources":["*/*/*"],"insecure_simulated":true,"insecure_any_measurement":true}]}""");
        Assert.Equal("r", policy.Decide(KeyId.Parse("kbs:///a/b/c"), "sample", TestPolicy.Unknown, null, default).Name);
        foreach (var tee in new[] { "tdx", "snp", "Sample", "" })
        {
            var exception = Assert.Throws<TsfException>(() => policy.Decide(KeyId.Parse("kbs:///a/b/c"), tee, TestPolicy.Unknown, null, default));
            Assert.Equal("tee", Refusal.Of(exception)!.Claim);
        }
    }

    [Fact]
    public void Empty_policy_releases_nothing() =>
        Assert.Throws<TsfException>(() => Parse(TestPolicy.Of()).Decide(KeyId.Parse("kbs:///a/b/c"), "sample", TestPolicy.Known, null, default));

    [Fact]
    public void Refusal_lists_a_few_measurements_however_many_there_are()
    {
        var many = Enumerable.Range(0, 100).Select(i => i.ToString("x96")).ToArray();
        var policy = Parse(TestPolicy.Of(TestPolicy.Rule("r", "a/b/c", many)));
        var refusal = Refusal.Of(Assert.Throws<TsfException>(() => policy.Decide(KeyId.Parse("kbs:///a/b/c"), "sample", TestPolicy.Known, null, default)))!;
        Assert.EndsWith("and 97 more", refusal.Expected, StringComparison.Ordinal);
        Assert.True(refusal.Expected.Length < 400);
    }

    [Fact]
    public void Any_bytes_are_a_policy_or_refused_with_the_code() => Gen.OneOf(
        Gen.Byte.Array[0, 200],
        Gen.Select(Gen.Int[0, 1000], Gen.Byte, (at, value) =>
        {
            var bytes = Encoding.UTF8.GetBytes(TestPolicy.Of(TestPolicy.Rule("models", "models/*/*", TestPolicy.Known), TdxGuest.Rule()));
            bytes[at % bytes.Length] = value;
            return bytes;
        })).Sample(
        bytes =>
        {
            try
            {
                foreach (var rule in BrokerPolicy.Parse(bytes, "/nonexistent").Rules)
                {
                    Assert.True(rule.Tdx is not null || rule.InsecureAnyMeasurement || rule.Measurements.Count > 0);
                }
            }
            catch (TsfException exception)
            {
                Assert.Equal(TsfErrors.InvalidPolicy, exception.Error);
            }
        },
        iter: 20_000);

    [Fact]
    public async Task Changed_policy_holds_at_once_and_a_broken_one_leaves_the_last_good_one()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var client = broker.Client(TestPolicy.Unknown);
        await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.Model, CancellationToken.None));

        File.WriteAllText(broker.PolicyFile, TestPolicy.Of(TestPolicy.Rule("changed", "models/*/*", TestPolicy.Unknown)));
        using (var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None))
        {
            Assert.Equal("changed", release.Details["rule"]);
        }

        File.WriteAllText(broker.PolicyFile, "{ broken");
        (await client.GetAsync(RunningBroker.Model, CancellationToken.None)).Dispose();
        File.Delete(broker.PolicyFile);
        (await client.GetAsync(RunningBroker.Model, CancellationToken.None)).Dispose();
        (await client.GetAsync(RunningBroker.Model, CancellationToken.None)).Dispose();

        Assert.Equal([3010, 3011, 3011], broker.Log.Lines.Select(line => line.Id).Where(id => id is 3010 or 3011));
        File.WriteAllText(broker.PolicyFile, TestPolicy.Of());
        await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.Model, CancellationToken.None));
    }

    [Fact]
    public async Task Broker_does_not_start_without_a_valid_policy()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["policy.json"], "{}");
        Assert.Equal(TsfErrors.InvalidPolicy, (await Assert.ThrowsAsync<TsfException>(() => RunningBroker.StartAsync(folder: folder))).Error);
    }

    private static BrokerPolicy Parse(string text) => BrokerPolicy.Parse(Encoding.UTF8.GetBytes(text), "/nonexistent");

    private static string Refused(string text)
    {
        var exception = Assert.Throws<TsfException>(() => Parse(text));
        Assert.Equal(TsfErrors.InvalidPolicy, exception.Error);
        return exception.Message;
    }
}
