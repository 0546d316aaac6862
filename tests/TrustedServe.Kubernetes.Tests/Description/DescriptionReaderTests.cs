using System.Text;
using CsCheck;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Tests.Support;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Kubernetes.Tests.Description;

public sealed class DescriptionReaderTests
{
    private const string Odd = "\n\t:-{[\"'|>&*%\\\0é\ud800";

    [Fact]
    public void Reads_every_value_of_a_full_description()
    {
        var description = GoldenCase.Describe("two-sockets");
        Assert.Equal(("bert-large", "models"), (description.Name, description.Namespace));
        var model = Assert.Single(description.Models);
        Assert.Equal(("bert-large", 1340L, ModelPrecision.Fp32, 128, "kbs:///models/key/bert"), (model.Name, model.Weights.MiB, model.Precision, model.MaxSequence, model.Key));
        Assert.Equal(["3"], model.Versions);
        Assert.Equal((50m, 69L * 1024, 2, 12, 4, 90), (description.Instance.Cores, description.Instance.Memory.MiB, description.Instance.FrontEndCores, description.Instance.Lanes, description.Instance.LaneWidth, description.Instance.ColdStartSeconds));
        Assert.Equal(["bert.example.com", "bert.models.example.com"], description.Triggers.Http!.Hosts);
        Assert.Equal((120, 600), (description.Triggers.Queue!.JobSeconds, description.Triggers.Queue.WaitSeconds));
        Assert.Equal((1, 8, 5), (description.Scaling.Min, description.Scaling.Max, description.Scaling.GoalSeconds));
        Assert.Equal(new FloorDescription { Timezone = "Europe/Berlin", Start = "0 7 * * 1-5", End = "0 19 * * 1-5", Replicas = 2 }, description.Scaling.Floor);
        Assert.Equal(("kbs:///settings/instance/bert", "kbs:///images/policy/default", true), (description.Trust.Settings, description.Trust.ImagePolicy, description.Trust.PublishEvidence));
        Assert.Equal(["198.51.100.0/24", "2001:db8:51::/48"], description.Network.Storage);
        Assert.Equal("6f1d4a52-94b3-4c8e-9d20-3c1f5be0a7d1", description.Identity.KedaClientId);
        Assert.Equal(new NodeDescription { NumaNodes = 2, CoresPerNumaNode = 32, MemoryPerNumaNode = new(128 * 1024) }, description.Node);
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var description = GoldenCase.Describe("one-machine");
        Assert.Equal("trustedserve", description.Namespace);
        Assert.Equal(new InstanceDescription(), description.Instance);
        Assert.Equal(new ScalingDescription(), description.Scaling);
        Assert.Equal((4m, 4096L, PlacementMode.Auto), (description.Instance.Cores, description.Instance.Memory.MiB, description.Instance.Placement));
        Assert.Equal((HttpScaler.Interceptor, QueueMode.Service), (description.Triggers.Http!.Scaler, description.Triggers.Queue!.Mode));
        Assert.Equal((RuntimeFlavour.KataQemuTdx, AgentPolicyKind.Pinned, false), (description.Trust.RuntimeClass, description.Trust.AgentPolicy, description.Trust.PublishEvidence));
        Assert.Equal("keda", description.Network.KedaNamespace);
        Assert.Null(description.Node);
    }

    [Fact]
    public void Says_every_problem_at_once_with_line_column_value_and_rule()
    {
        const string Text = """
            formatVersion: 2
            name: Langid
            image: registry.example.com/trustedserve:latest
            store: https://models.blob.core.windows.net/models?sig=secret
            models:
              - name: langid
                weights: 5MB
                weigths: 5Mi
              - name: langid
                weights: 1Gi
            instance: { cores: four, memory: 4Gi, memory: 8Gi }
            triggers:
              queue: { name: a--b, account: models, inputs: [], outputs: [rows-out], mode: batch }
            scaling: { min: 5, max: 3, scaleToZero: yes }
            trust:
              broker: http://broker.example.com
              measurements: { mrTd: [12ab], rtmr0: 5 }
            network: [10.0.0.0/8]
            """;
        var refusal = Assert.Throws<TsfException>(() => GoldenCase.Read(Text));
        Assert.Equal("TSF7001", refusal.Code);
        Assert.All(
            [
                "trustedserve.yaml:1:16 formatVersion = '2': must be a whole number, 1 to 1",
                "trustedserve.yaml:2:7 name = 'Langid': must be 1 to 40 of",
                "trustedserve.yaml:3:8 image = 'registry.example.com/trustedserve:latest': must be host/path@sha256",
                "trustedserve.yaml:4:8 store: must be the https address",
                "trustedserve.yaml:6:3 models: each must have a name of its own",
                "trustedserve.yaml:7:14 models[0].weights = '5MB': must be a size",
                "trustedserve.yaml:8:5 models[0].weigths: there is no such member; there are name,",
                "trustedserve.yaml:11:20 instance.cores = 'four': must be a number",
                "trustedserve.yaml:11:39 instance.memory: stands there twice",
                "trustedserve.yaml:13:18 triggers.queue.name = 'a--b': must be the name of a storage queue",
                "triggers.queue.inputs: must be a list of 1 to 256",
                "triggers.queue.mode = 'batch': must be service or job",
                "scaling.max = '3': must not be below min",
                "scaling.scaleToZero = 'yes': must be true or false",
                "trustedserve.yaml:16:11 trust.broker: must be an https address",
                "trust.measurements.mrTd[0] = '12ab': each must be 96 hex digits",
                "trust.measurements.rtmr0 = '5': must be a list",
                "trust.measurements.rtmr1: is missing",
                "trustedserve.yaml:18:10 network: must be a mapping",
            ],
            problem => Assert.Contains(problem, refusal.Message));
        Assert.DoesNotContain("secret", refusal.Message);
        var lines = refusal.Message.Split('\n')[1..].Select(line => int.Parse(line.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(lines.Order(), lines);
    }

    [Theory]
    [InlineData("triggers: {}\n", "triggers: needs http, queue or both")]
    [InlineData("triggers: { http: { hosts: [a.example.com], scaler: prometheus } }\n", "triggers.http.prometheus: must be there when scaler is prometheus")]
    [InlineData("triggers: { http: { hosts: [a.example.com] }, queue: { name: abc, account: abc, inputs: [abc], outputs: [abc], mode: job } }\n", "triggers: an instance that ends with its message answers no requests")]
    [InlineData("triggers: { queue: { name: abc, account: abc, inputs: [abc], outputs: [abc], mode: job } }\nscaling: { min: 1 }\n", "scaling: min and floor have no meaning")]
    [InlineData("scaling: { scaleToZero: false }\ntriggers: { http: { hosts: [a.example.com] } }\n", "scaling.scaleToZero = 'false': false needs min of at least 1")]
    [InlineData("node: {}\ntriggers: { http: { hosts: [a.example.com] } }\n", "node.coresPerNumaNode: is missing")]
    [InlineData("instance: ~\ntriggers: { http: { hosts: [a.example.com] } }\n", "instance = '~': must be a mapping")]
    [InlineData("instance: { lanes: 010, cores: \"4\" }\ntriggers: { http: { hosts: [a.example.com] } }\n", "instance.cores = '4': must be a number")]
    public void Says_what_does_not_go_together(string triggers, string problem)
    {
        var text = GoldenCase.Text("one-machine");
        var begin = text.IndexOf("triggers:", StringComparison.Ordinal);
        var end = text.IndexOf("trust:", StringComparison.Ordinal);
        var refusal = Assert.Throws<TsfException>(() => GoldenCase.Read(text[..begin] + triggers + text[end..]));
        Assert.Equal("TSF7001", refusal.Code);
        Assert.Contains(problem, refusal.Message);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a: &x [1]\nb: *x", "trustedserve.yaml:1:4: anchors and aliases are not read")]
    [InlineData("a: !!str 1", "trustedserve.yaml:1:4: tags are not read")]
    [InlineData("a: 1\n---\nb: 2", "a second document")]
    [InlineData("{a: 1}: 2", "a key must be a text")]
    [InlineData("a: [1", "trustedserve.yaml:")]
    [InlineData("a: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", "deeper than 12 levels")]
    [InlineData("a: b: c", "trustedserve.yaml:1:")]
    public void Rejects_what_is_no_document_of_the_form(string text, string problem)
    {
        var refusal = Assert.Throws<TsfException>(() => GoldenCase.Read(text));
        Assert.Equal("TSF7000", refusal.Code);
        Assert.Contains(problem, refusal.Message);
    }

    [Fact]
    public void Rejects_what_is_too_large()
    {
        Assert.Equal("TSF7000", Assert.Throws<TsfException>(() => GoldenCase.Read(new string('#', (64 << 10) + 1))).Code);
        Assert.Contains("more than 8192 parts", Assert.Throws<TsfException>(() => GoldenCase.Read($"[{string.Concat(Enumerable.Repeat("1,", 9000))}]")).Message);
        Assert.Equal("TSF7000", Assert.Throws<TsfException>(() => DescriptionReader.Read([0x61, 0x3a, 0xff], "x")).Code);
        var many = Assert.Throws<TsfException>(() => GoldenCase.Read(string.Concat(Enumerable.Range(0, 300).Select(i => $"x{i}: 1\n"))));
        Assert.Contains("more", many.Message);
        Assert.InRange(many.Message.Split('\n').Length, 50, 53);
    }

    [Fact]
    public void Says_which_file_is_not_there() =>
        Assert.Equal("TSF0008", Assert.Throws<TsfException>(() => DescriptionReader.ReadFile("/nowhere/trustedserve.yaml")).Code);

    [Fact]
    public void Damaged_descriptions_are_read_or_refused_with_a_code()
    {
        var original = Encoding.UTF8.GetBytes(GoldenCase.Text("two-sockets"));
        Gen.Select(Gen.Int[0, original.Length - 1], Gen.Byte, Gen.Int[0, 40]).Array[1, 4].Sample(changes =>
        {
            var bytes = original.ToList();
            foreach (var (at, value, cut) in changes)
            {
                bytes[at % bytes.Count] = value;
                bytes.RemoveRange(Math.Min(at, bytes.Count - 1), Math.Min(cut / 8, bytes.Count - Math.Min(at, bytes.Count - 1)));
            }

            Survives([.. bytes]);
        }, iter: 3_000);
    }

    [Fact]
    public void Any_text_is_refused_with_a_code() => Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Int[0, Odd.Length - 1].Select(at => Odd[at])), 0, 80]
        .Sample(text => Survives(Encoding.UTF8.GetBytes(text)), iter: 5_000);

    private static void Survives(byte[] text)
    {
        try
        {
            DescriptionReader.Read(text, "trustedserve.yaml");
        }
        catch (TsfException refusal)
        {
            Assert.StartsWith("TSF700", refusal.Code, StringComparison.Ordinal);
        }
    }
}
