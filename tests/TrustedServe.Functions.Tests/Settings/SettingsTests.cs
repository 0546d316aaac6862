using System.Text.Json;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using CommandLine = TrustedServe.Functions.Settings.CommandLine;

namespace TrustedServe.Functions.Tests.Settings;

public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Defaults_are_safe()
    {
        var options = Read("--TrustedServe:Models:Store=/models", "--TrustedServe:Trust:Broker=https://broker.invalid");
        Assert.Equal("127.0.0.1:8080", options.Http.Listen.ToString());
        Assert.Equal("127.0.0.1:8081", options.Health.Listen.ToString());
        Assert.Equal(64 << 20, options.Http.MaxBodyBytes);
        Assert.False(options.Http.InsecureAllowAnyCaller || options.Worker.InsecureAllowSwap || options.Trust.InsecureSimulatedEvidence);
        Assert.Equal(KeySourceKind.Broker, options.Trust.KeySource);
        Assert.Equal(5, options.Worker.CrashLimit);
    }

    [Fact]
    public void Later_sources_win()
    {
        var hostJson = directory["host.json"];
        var settings = directory["settings.json"];
        File.WriteAllText(hostJson, """{"version":"2.0","logging":{},"TrustedServe":{"Worker":{"Lanes":1,"CrashLimit":1,"QueueCapacity":1}, "Models":{"Store":"a","Names":["x","y"]}}}""");
        File.WriteAllText(settings, """{"$schema":"x", /* people */ "TrustedServe":{"worker":{"lanes":2,"crashLimit":2},"Trust":{"KeySource":"guestapi"}},}""");
        var line = CommandLine.Parse(["--host-json", hostJson, $"--settings={settings}", "--TrustedServe:Worker:Lanes", "4"]);
        var sources = SettingsSources.Gather(line, [new("TRUSTEDSERVE__Worker__Lanes", "3"), new("TRUSTEDSERVE__WORKER__CRASHLIMIT", "3"), new("TRUSTEDSERVE_TRUST_DOMAIN", "1")]);
        var options = ServeOptions.Read(sources.All);
        Assert.Equal((4, 3, 1), (options.Worker.Lanes, options.Worker.CrashLimit, options.Worker.QueueCapacity));
        Assert.Equal(["x", "y"], options.Models.Names);
        Assert.Equal(KeySourceKind.GuestApi, options.Trust.KeySource);
    }

    [Fact]
    public void Every_problem_is_named_with_value_source_and_rule()
    {
        var refusal = Assert.Throws<TsfException>(() => Read(
            "--TrustedServe:Http:Listen=127.0.0.1:80",
            "--TrustedServe:Health:Listen=https://127.0.0.1:80",
            "--TrustedServe:Http:MaxBodyBytes=1e6",
            "--TrustedServe:Http:RequestTimeoutSeconds=0",
            "--TrustedServe:Http:InsecureAllowAnyCaller=yes",
            "--TrustedServe:Trust:KeySource=0",
            "--TrustedServe:Trust:Broker=https://user:secret@broker.invalid",
            "--TrustedServe:Trust:GuestApi=http://10.0.0.1/?sig=secret",
            "--TrustedServe:Trust:Settings=kbs://elsewhere/a/b/c",
            "--TrustedServe:Trust:ReportRoot=report",
            "--TrustedServe:Worker:AttestationMaxAgeSeconds=0",
            "--TrustedServe:Worker:Lanez=2",
            "--TrustedServe:StoreConnectionString=secret"));
        Assert.Equal("TSF0002", refusal.Code);
        Assert.All(
            [
                "Http:Listen (command line): must be http://",
                "Health:Listen (command line): must be http://",
                "Http:MaxBodyBytes = '1e6' (command line): must be a whole number, 1024 to 1073741824",
                "Http:RequestTimeoutSeconds = '0'",
                "Http:InsecureAllowAnyCaller = 'yes' (command line): must be true or false",
                "Trust:KeySource = '0' (command line): must be one of Broker, GuestApi",
                "Trust:Broker (command line): must be an https address",
                "Trust:GuestApi (command line): must be an address on loopback",
                "Trust:Settings = 'kbs://elsewhere/a/b/c'",
                "Trust:ReportRoot = 'report' (command line): must be an absolute path",
                "Worker:AttestationMaxAgeSeconds = '0' (command line): must be a whole number, 1 to 604800",
                "Models:Store is not set",
                "Worker:Lanez (command line): there is no such setting",
                "TrustedServe:StoreConnectionString (command line): there is no such setting",
            ],
            problem => Assert.Contains(problem, refusal.Message));
        Assert.DoesNotContain("secret", refusal.Message);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("10.1.2.3")]
    public void Listener_beyond_loopback_needs_callers(string host)
    {
        string[] arguments = [$"--TrustedServe:Http:Listen=http://{host}:8080", "--TrustedServe:Models:Store=x", "--TrustedServe:Trust:KeySource=GuestApi"];
        Assert.Equal("TSF0007", Assert.Throws<TsfException>(() => Read(arguments)).Code);
        Read([.. arguments, "--TrustedServe:Http:ApiKeysFile=keys.json"]);
        Read([.. arguments, "--TrustedServe:Http:InsecureAllowAnyCaller=true"]);
        Assert.NotNull(ServeOptions.Read([CommandLine.Parse(arguments).Settings], keysAtHand: true));
    }

    [Theory]
    [InlineData("--settings")]
    [InlineData("--nonsense")]
    [InlineData("model")]
    [InlineData("--exit-on-stdin-eof=1")]
    [InlineData("--TrustedServe:A=1 --TrustedServe:a=2")]
    public void Rejects_a_wrong_command_line(string arguments) =>
        Assert.Equal("TSF0010", Assert.Throws<TsfException>(() => CommandLine.Parse(arguments.Split(' '))).Code);

    [Theory]
    [InlineData("TRUSTEDSERVE__Worker__Lanes", "TRUSTEDSERVE__Worker:Lanes")]
    [InlineData("TRUSTEDSERVE__Worker__Lanes", "TRUSTEDSERVE__WORKER__LANES")]
    public void Rejects_two_variables_that_are_one_setting(string first, string second)
    {
        var refusal = Assert.Throws<TsfException>(() => SettingsSource.FromEnvironment([new(first, "1"), new(second, "2")]));
        Assert.Equal("TSF0002", refusal.Code);
        Assert.Contains($"{first} and {second}", refusal.Message);
    }

    [Theory]
    [InlineData("[]", "TSF0002")]
    [InlineData("{\"Http\":{}}", "TSF0002")]
    [InlineData("{\"TrustedServe\":{\"a\":1,\"a\":2}}", "TSF0002")]
    [InlineData("{\"TrustedServe\":{\"a\":1,\"A\":2}}", "TSF0002")]
    [InlineData("{", "TSF0002")]
    [InlineData(null, "TSF0008")]
    public void Rejects_a_wrong_file(string? content, string code)
    {
        var path = directory["settings.json"];
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        var refusal = Assert.Throws<TsfException>(() => SettingsSources.Gather(CommandLine.Parse(["--settings", path]), []));
        Assert.Equal(code, refusal.Code);
        Assert.Contains(path, refusal.Message);
    }

    [Fact]
    public void Host_json_of_the_repository_is_read()
    {
        var host = HostJson.Read(Path.Combine(Repository.Root, "host.json"));
        Assert.Equal(new HostJson { Queues = new QueueHostSettings { BatchSize = 1, MaxDequeueCount = 5, VisibilityTimeout = TimeSpan.FromSeconds(30) } }, host);
    }

    [Fact]
    public void Host_json_reports_every_problem()
    {
        var path = directory["host.json"];
        File.WriteAllText(path, """{"version":"1.0","extensions":{"http":{"routePrefix":1},"queues":{"batchSize":33,"maxDequeueCount":"5","visibilityTimeout":"0","messageEncoding":"utf8"}}}""");
        var message = Assert.Throws<TsfException>(() => HostJson.Read(path)).Message;
        Assert.All(["version", "routePrefix", "batchSize", "maxDequeueCount", "visibilityTimeout", "messageEncoding"], problem => Assert.Contains(problem, message));
    }

    [Fact]
    public void Schema_and_options_have_the_same_keys_and_defaults()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "settings.schema.json")));
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
        var keys = new Dictionary<string, JsonElement>();
        Collect(schema.RootElement.GetProperty("properties").GetProperty("TrustedServe"), string.Empty, keys);

        // What the reader asks for is what there is.
        string[] lists = ["Models:Names", "Queue:AllowedInputContainers", "Queue:AllowedOutputContainers"];
        var reader = new SettingsReader([new SettingsSource("test", lists.ToDictionary(list => list + ":0", _ => (string?)"x"))]);
        ServeOptions.Read(reader, new HostJson());
        var known = reader.Known.Select(key => lists.FirstOrDefault(list => key == list + ":0") ?? key).Distinct();
        Assert.Equal(known.Order(StringComparer.Ordinal), keys.Keys.Order(StringComparer.Ordinal));

        // Written out, the schema's defaults are read as the defaults.
        var defaults = keys.Where(pair => pair.Value.TryGetProperty("default", out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Array))
            .Select(pair => $"--TrustedServe:{pair.Key}={pair.Value.GetProperty("default")}").ToArray();
        string[] required = ["--TrustedServe:Models:Store=x", "--TrustedServe:Trust:Broker=https://broker.invalid"];
        var written = Read([.. required, .. defaults]);
        var left = Read(required);
        Assert.Equal(left with { Models = written.Models, Queue = written.Queue }, written);
        Assert.Empty(written.Models.Names);

        // Bounds of the schema are those of the options.
        foreach (var (key, value) in keys.Where(pair => pair.Value.TryGetProperty("minimum", out _) && !pair.Key.StartsWith("Queue:", StringComparison.Ordinal)))
        {
            Read([.. required, $"--TrustedServe:{key}={value.GetProperty("minimum")}"]);
            Read([.. required, $"--TrustedServe:{key}={value.GetProperty("maximum")}"]);
            Assert.Throws<TsfException>(() => Read([.. required, $"--TrustedServe:{key}={value.GetProperty("minimum").GetInt64() - 1}"]));
            Assert.Throws<TsfException>(() => Read([.. required, $"--TrustedServe:{key}={value.GetProperty("maximum").GetInt64() + 1}"]));
        }
    }

    private static void Collect(JsonElement schema, string path, Dictionary<string, JsonElement> keys)
    {
        if (!schema.TryGetProperty("properties", out var properties))
        {
            keys.Add(path, schema);
            return;
        }

        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        foreach (var property in properties.EnumerateObject())
        {
            Collect(property.Value, path.Length == 0 ? property.Name : $"{path}:{property.Name}", keys);
        }
    }

    private static ServeOptions Read(params string[] arguments) => ServeOptions.Read([CommandLine.Parse(arguments).Settings]);
}
