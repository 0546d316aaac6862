using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Kubernetes.Tests.Support;

namespace TrustedServe.Kubernetes.Tests.Rendering;

/// <summary>What the agent policy pins against what the pod says. Its rules in Rego are read here, not evaluated: there is no evaluator here.</summary>
public sealed partial class AgentPolicyTests
{
    public static TheoryData<string> Cases => GoldenCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pins_what_the_pod_says_and_nothing_more(string name)
    {
        var rendered = GoldenCase.Render(name);
        var (_, data) = Policy(name);
        var container = Pods.Container(rendered);
        Assert.Equal(["sandbox", "container"], data["containers"]!.AsArray().Select(one => (string)one!["type"]!));
        var pinned = data["containers"]![1]!;
        Assert.Equal((string)container["image"]!, (string)pinned["image"]!);
        Assert.Matches("@sha256:[0-9a-f]{64}$", (string)pinned["image"]!);
        Assert.Equal(
            container["command"]!.AsArray().Concat(container["args"]?.AsArray() ?? []).Select(argument => (string)argument!), Texts(pinned["args"]));
        Assert.Equal(container["env"]!.AsArray().Select(variable => $"{variable!["name"]}={variable["value"]}"), Texts(pinned["env"]));
        Assert.Equal(container["volumeMounts"]!.AsArray().Select(mount => (string)mount!["mountPath"]!), pinned["mounts"]!.AsArray().Select(mount => (string)mount!["destination"]!));
        Assert.Equal(65532, (int)pinned["uid"]!);
    }

    [Theory]
    [InlineData("ExecProcessRequest")]
    [InlineData("SetPolicyRequest")]
    [InlineData("ReadStreamRequest")]
    [InlineData("WriteStreamRequest")]
    [InlineData("UpdateContainerRequest")]
    public void Denies_for_good(string request)
    {
        var (rules, _) = Policy("one-machine");
        Assert.Contains($"\ndefault {request} := false\n", rules);
        Assert.DoesNotContain($"\n{request} if", rules);
    }

    [Theory]
    [InlineData("CreateContainerRequest")]
    [InlineData("CreateSandboxRequest")]
    [InlineData("CopyFileRequest")]
    public void Denies_unless_a_rule_agrees(string request)
    {
        var (rules, _) = Policy("one-machine");
        Assert.Contains($"\ndefault {request} := false\n", rules);
        Assert.Single(Regex.Matches(rules, $"\n{request} if"));
    }

    [Theory]
    [InlineData("/run/kata-containers/shared/containers/{0}-0123456789abcdef-resolv.conf", true)]
    [InlineData("/run/kata-containers/shared/containers/{0}-0123456789abcdef-termination-log", true)]
    [InlineData("/run/kata-containers/shared/containers/{0}-0123456789abcdef-token", false)]
    [InlineData("/run/kata-containers/shared/containers/{0}-0123456789abcdef-../../rootfs/hosts", false)]
    [InlineData("/run/kata-containers/{0}/rootfs/app/functions/TrustedServe.Functions", false)]
    public void Copies_the_kubelets_own_four_files_alone(string path, bool allowed)
    {
        var pattern = (string)Policy("one-machine").Data["kubelet_files"]!;
        Assert.Equal(allowed, Regex.IsMatch(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, new string('a', 64)), pattern));
    }

    [Theory]
    [InlineData("HOSTNAME=langid-7d9c-abcde", true)]
    [InlineData("KUBERNETES_SERVICE_HOST=10.0.0.1", true)]
    [InlineData("KUBERNETES_PORT_443_TCP=tcp://10.0.0.1:443", true)]
    [InlineData("KUBERNETES_PORT_443_TCP_PROTO=tcp", true)]
    [InlineData("LD_PRELOAD=/tmp/x.so", false)]
    [InlineData("TRUSTEDSERVE__Http__InsecureAllowAnyCaller=true", false)]
    [InlineData("HOSTNAME=a\nLD_PRELOAD=/x", false)]
    public void Of_the_kubelets_environment_takes_its_own_variables_alone(string variable, bool allowed) =>
        Assert.Equal(allowed, Texts(Policy("one-machine").Data["kubelet_env"]).Any(pattern => Regex.IsMatch(variable, pattern)));

    /// <summary>The agent's engine is written in Rust: there a bracket within a class begins another class, and nothing looks ahead.</summary>
    [Fact]
    public void Patterns_mean_the_same_to_every_engine()
    {
        var (_, data) = Policy("one-machine");
        var mounts = data["kubelet_mounts"]!.AsArray().Concat(data["containers"]!.AsArray().SelectMany(container => container!["mounts"]!.AsArray()));
        foreach (var pattern in Texts(data["kubelet_env"]).Append((string)data["kubelet_files"]!).Concat(mounts.Select(mount => (string)mount!["source"]!)))
        {
            Assert.StartsWith("^", pattern, StringComparison.Ordinal);
            Assert.EndsWith("$", pattern, StringComparison.Ordinal);
            Assert.DoesNotContain("(?", pattern);
            Assert.DoesNotContain("[][", pattern);
        }
    }

    [Fact]
    public void Brackets_are_balanced_and_every_rule_that_is_called_is_there()
    {
        var (rules, _) = Policy("two-sockets");
        foreach (var (open, close) in (IEnumerable<(char, char)>)[('{', '}'), ('(', ')'), ('[', ']')])
        {
            Assert.Equal(rules.Count(one => one == open), rules.Count(one => one == close));
        }

        var defined = Definition().Matches(rules).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.All(Call().Matches(rules).Select(match => match.Groups[1].Value), called => Assert.Contains(called, defined));
    }

    private static (string Rules, JsonNode Data) Policy(string name)
    {
        var document = InitDataDocument.Parse(System.Text.Encoding.UTF8.GetBytes(GoldenCase.Render(name).BrokerSide[0].Content));
        var parts = document.Data["policy.rego"].Split("policy_data := ");
        return (parts[0], JsonNode.Parse(parts[1])!);
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(text => (string)text!);

    [GeneratedRegex(@"^(allowed_\w+)\([^)]*\) if \{$", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"\b(allowed_\w+)\(")]
    private static partial Regex Call();
}
