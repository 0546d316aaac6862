using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Testing;
using CommandLine = TrustedServe.Functions.Settings.CommandLine;

namespace TrustedServe.Functions.Tests.Settings;

public sealed class TrustBoundaryTests
{
    [Theory]
    [InlineData("Trust:KeySource", true)]
    [InlineData("trust:broker", true)]
    [InlineData("Trust:InsecureSimulatedEvidence", true)]
    [InlineData("Trust:Settings", false)]
    [InlineData("Trust:ReportRoot", false)]
    [InlineData("trust:eventLogFile", false)]
    [InlineData("Trust:InitDataFile", false)]
    [InlineData("Attestation:CollateralFile", false)]
    [InlineData("Models:Store", true)]
    [InlineData("Models:StoreConnectionString", true)]
    [InlineData("Models:Names:0", false)]
    [InlineData("Http:ApiKeysFile", true)]
    [InlineData("Http:ApiKeys:keys:0:hash", true)]
    [InlineData("Http:InsecureAllowAnyCaller", true)]
    [InlineData("Http:Listen", false)]
    [InlineData("Worker:Executable", true)]
    [InlineData("Worker:InsecureAllowSwap", true)]
    [InlineData("Worker:AttestationMaxAgeSeconds", true)]
    [InlineData("Worker:Lanes", false)]
    [InlineData("Worker:Placement", false)]
    [InlineData("Worker:Weights", false)]
    [InlineData("Http:HoldSeconds", false)]
    [InlineData("Worker:LaneWidth", false)]
    [InlineData("Worker:LanesOnSiblings", false)]
    [InlineData("Worker:DivideCores", false)]
    [InlineData("Worker:FrontEndCores", false)]
    [InlineData("Queue:ConnectionString", true)]
    [InlineData("Queue:Account", true)]
    [InlineData("Queue:AllowedInputContainers:0", true)]
    [InlineData("Queue:AllowedOutputContainers:0", true)]
    [InlineData("Queue:InsecurePlaintextRows", true)]
    [InlineData("Queue:Name", false)]
    [InlineData("Queue:PollMinSeconds", false)]
    [InlineData("Health:ModelSignals", false)]
    [InlineData("Signals:KeepMeasurements", false)]
    public void Knows_what_decides_trust(string key, bool decides) => Assert.Equal(decides, TrustBoundary.Decides(key));

    [Fact]
    public void Names_every_setting_from_the_wrong_side_with_its_source()
    {
        var line = CommandLine.Parse(["--TrustedServe:Trust:Broker=https://evil.invalid", "--TrustedServe:Worker:Lanes=2", "--TrustedServe:Http:ApiKeysFile=x"]);
        var environment = SettingsSource.FromEnvironment([new("TRUSTEDSERVE__Worker__InsecureAllowSwap", "true")]);
        var refusal = Assert.Throws<TsfException>(() => TrustBoundary.Check([environment, line.Settings]));
        Assert.Equal("TSF0003", refusal.Code);
        Assert.All(
            ["TrustedServe:Worker:InsecureAllowSwap (environment)", "TrustedServe:Trust:Broker (command line)", "TrustedServe:Http:ApiKeysFile (command line)"],
            found => Assert.Contains(found, refusal.Message));
        Assert.DoesNotContain("Lanes", refusal.Message);
        Assert.DoesNotContain("evil", refusal.Message);
    }

    [Theory]
    [InlineData("""{"TrustedServe":{"Http":{"Listen":"http://0.0.0.0:1"}}}""", "Http:Listen")]
    [InlineData("""{"TrustedServe":{"Http":{"ApiKeysFile":"/mounted/keys.json"}}}""", "Http:ApiKeysFile")]
    [InlineData("""{"TrustedServe":{"Trust":{"Settings":"kbs:///a/b/c"}}}""", "Trust:Settings")]
    [InlineData("""{"Trust":{}}""", "other members")]
    [InlineData("[]", "JSON object")]
    public async Task Rejects_a_resource_that_holds_other_things(string resource, string named)
    {
        var sources = new[] { CommandLine.Parse(["--TrustedServe:Trust:Settings=kbs:///a/settings/b"]).Settings };
        var refusal = await Assert.ThrowsAsync<TsfException>(() => TrustBoundary.ReleaseAsync(sources, new FixedKeySource(resource), default));
        Assert.Equal("TSF0002", refusal.Code);
        Assert.Contains(named, refusal.Message);
    }

    [Theory]
    [InlineData("""{"TrustedServe":{"Http":{"ApiKeys":{"formatVersion":1,"keys":[]}}}}""")]
    [InlineData("""{"TrustedServe":{"Http":{"apiKeys":{"formatVersion":1,"keys":[]}}}}""")]
    [InlineData("""{"TrustedServe":{"http":{"APIKEYS":{"formatVersion":1,"keys":[]}}}}""")]
    public async Task Keys_are_found_without_regard_to_case(string resource)
    {
        var sources = new[] { CommandLine.Parse(["--TrustedServe:Trust:Settings=kbs:///a/settings/b"]).Settings };
        var released = await TrustBoundary.ReleaseAsync(sources, new FixedKeySource(resource), default);
        Assert.NotNull(released.ApiKeys);
        Assert.Empty(ApiKeyDocument.Parse(released.ApiKeys, "resource").Keys);
        Assert.Empty(released.Source.Values);
    }

    [Theory]
    [InlineData("""{"TrustedServe":{"Http:ApiKeys":{"formatVersion":1,"keys":[]}}}""")]
    [InlineData("""{"TrustedServe":{"Http:ApiKeys:formatVersion":1}}""")]
    [InlineData("""{"TrustedServe":{"Http":{"ApiKeys":{"formatVersion":1},"apikeys":{"keys":[{"id":"a"}]}}}}""")]
    [InlineData("""{"TrustedServe":{"Http":{"ApiKeys":{"formatVersion":1}},"http":{"ApiKeys":{"keys":[{"id":"a"}]}}}}""")]
    public async Task Rejects_keys_that_would_get_lost(string resource)
    {
        var sources = new[] { CommandLine.Parse(["--TrustedServe:Trust:Settings=kbs:///a/settings/b"]).Settings };
        var refusal = await Assert.ThrowsAsync<TsfException>(() => TrustBoundary.ReleaseAsync(sources, new FixedKeySource(resource), default));
        Assert.Equal("TSF0002", refusal.Code);
        Assert.Contains("API keys in one place", refusal.Message);
    }

    [Fact]
    public async Task Rejects_a_start_without_a_resource()
    {
        var refusal = await Assert.ThrowsAsync<TsfException>(() => TrustBoundary.ReleaseAsync([], new FixedKeySource("{}"), default));
        Assert.Contains("Trust:Settings", refusal.Message);
    }

    [Fact]
    public async Task Trust_domain_serves_with_the_settings_and_keys_that_were_released_to_it()
    {
        using var directory = new TemporaryDirectory();
        var key = ApiKeyFile.Create(directory["keys.json"], "caller", ["*"], [ApiAction.Metadata]);
        var resource = $$$"""
            {"TrustedServe":{
              "Http":{"ApiKeys":{{{File.ReadAllText(directory["keys.json"])}}}},
              "Models":{"Store":"{{{directory.Path}}}"},
              "Trust":{"KeySource":"GuestApi"},
              "Worker":{"Executable":"{{{Repository.Executable("tests", "TrustedServe.WorkerDouble")}}}"}
            }}
            """;
        var seams = new HostSeams
        {
            Mode = () => TrustMode.TrustDomain,
            OpenStore = options => new FakeStore(options.Store, [new StoreEntry("matrix", "1", "x", true)]),
            GuestKeys = _ => new FixedKeySource(resource),
            Environment = [new("TRUSTEDSERVE__Http__Listen", "http://127.0.0.1:0"), new("TRUSTEDSERVE__Health__Listen", "http://127.0.0.1:0")],
            Logging = logging => logging.ClearProviders(),
        };
        await using var host = await FunctionsHost.BuildAsync(CommandLine.Parse(["--TrustedServe:Trust:Settings=kbs:///a/settings/b"]), seams);
        await host.StartAsync();
        using var client = new HttpClient { BaseAddress = host.HttpAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/v2")).StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v2")).StatusCode);
        await host.StopAsync();

        var refusal = await Assert.ThrowsAsync<TsfException>(() => FunctionsHost.BuildAsync(
            CommandLine.Parse(["--TrustedServe:Trust:Settings=kbs:///a/settings/b", "--TrustedServe:Models:Store=elsewhere"]), seams));
        Assert.Equal("TSF0003", refusal.Code);
    }

    private sealed class FixedKeySource(string resource) : IKeySource
    {
        public string TrustKind => "coco";

        public Task<KeyRelease> GetAsync(KeyId id, CancellationToken cancellationToken) => Task.FromResult(new KeyRelease
        {
            Id = id,
            Resource = new SecretBuffer(Encoding.UTF8.GetBytes(resource)),
            Details = new Dictionary<string, string>(),
        });

        public void Dispose()
        {
        }
    }
}
