using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Keys;
using TrustedServe.Functions.Settings;
using TrustedServe.KeyBroker.Policies;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Kubernetes.Tests.Support;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Kubernetes.Tests.Rendering;

/// <summary>What is rendered for the broker and the pods, read by the programs that it is for.</summary>
public sealed class BrokerSideTests
{
    private const string Connection = "DefaultEndpointsProtocol=https;AccountName=models;AccountKey=AAAA;EndpointSuffix=core.windows.net";

    public static TheoryData<string> Cases => GoldenCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_broker_takes_the_rule(string name)
    {
        var rendered = GoldenCase.Render(name);
        var policy = BrokerPolicy.Parse(Encoding.UTF8.GetBytes(Content(rendered, "broker/policy.json")), "/");
        var rule = Assert.Single(policy.Rules);
        Assert.Equal([rendered.MrConfigId], rule.Tdx!.Registers.Single(register => register.Key == "mr_config_id").Value.Select(value => value.Hex));
        Assert.Contains(rule.Resources, pattern => pattern.ToString().StartsWith("settings/instance/", StringComparison.Ordinal));
        Assert.Contains(rule.Resources, pattern => pattern.ToString().StartsWith("models/key/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_front_end_starts_on_the_environment_and_the_resource(string name)
    {
        var rendered = GoldenCase.Render(name);
        var environment = SettingsSource.FromEnvironment(Pods.Container(rendered)["env"]!.AsArray()
            .Select(variable => KeyValuePair.Create((string)variable!["name"]!, (string?)variable["value"])));

        // Nothing of what decides trust is where the machine's owner could write it.
        TrustBoundary.Check([environment]);
        using var source = new ResourceSource(WithSecrets(Content(rendered, "broker/settings.json")));
        var released = await TrustBoundary.ReleaseAsync([environment], source, CancellationToken.None);
        var options = ServeOptions.Read([environment, released.Source], null, released.ApiKeys is not null);
        var description = GoldenCase.Describe(name);
        Assert.Equal(ContainerBuilder.SettingsResource(description), source.Asked);
        Assert.Equal(description.Store, options.Models.Store);
        Assert.Equal(description.Models.Select(model => model.Name), options.Models.Names);
        Assert.Equal(KeySourceKind.GuestApi, options.Trust.KeySource);
        Assert.Equal(ImageContract.Worker, options.Worker.Executable);
        Assert.Equal(ImageContract.WeightsDirectory, options.Worker.WeightsDirectory);
        Assert.Equal(ImageContract.HealthPort, options.Health.Listen.Port);
        Assert.Equal(description.Triggers.Queue?.Name, options.Queue.Name);
        Assert.Equal((int)Pods.Template(rendered)["spec"]!["terminationGracePeriodSeconds"]!, options.Drain.GraceSeconds);
        Assert.Equal(description.Instance.LaneWidth, options.Worker.LaneWidth);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_that_decides_trust_is_in_environment_arguments_or_configuration(string name)
    {
        var rendered = GoldenCase.Render(name);
        var container = Pods.Container(rendered);
        Assert.All(container["env"]!.AsArray(), variable => Assert.Null(variable!["valueFrom"]));
        Assert.Null(container["envFrom"]);
        foreach (var manifest in rendered.Manifests.Where(manifest => manifest.Kind is not "NetworkPolicy"))
        {
            var text = manifest.Content.ToJsonString();
            Assert.DoesNotContain("broker.example.com", text);
            Assert.DoesNotContain("blob.core.windows.net", text);
            Assert.DoesNotContain("Insecure", text);
        }

        Assert.DoesNotContain(rendered.Manifests, manifest => manifest.Kind == "Secret");
    }

    private static string WithSecrets(string settings)
    {
        var document = JsonNode.Parse(settings, documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!;
        document["TrustedServe"]!["Models"]!["StoreConnectionString"] = Connection;
        if (settings.Contains("Queue.ConnectionString", StringComparison.Ordinal))
        {
            document["TrustedServe"]!["Queue"]!["ConnectionString"] = Connection;
        }

        if (settings.Contains("Http.ApiKeys", StringComparison.Ordinal))
        {
            document["TrustedServe"]!["Http"] = new JsonObject { ["ApiKeys"] = new JsonObject { ["formatVersion"] = 1, ["keys"] = new JsonArray() } };
        }

        return document.ToJsonString();
    }

    private static string Content(RenderedDeployment rendered, string name) => rendered.BrokerSide.Single(file => file.Name == name).Content;

    private sealed class ResourceSource(string resource) : IKeySource
    {
        public string TrustKind => "coco";

        public string? Asked { get; private set; }

        public Task<KeyRelease> GetAsync(KeyId id, CancellationToken cancellationToken)
        {
            Asked = id.ToString();
            return Task.FromResult(new KeyRelease { Id = id, Resource = new SecretBuffer(Encoding.UTF8.GetBytes(resource)), Details = new Dictionary<string, string>() });
        }

        public void Dispose()
        {
        }
    }
}
