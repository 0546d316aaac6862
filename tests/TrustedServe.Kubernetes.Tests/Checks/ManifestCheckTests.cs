using System.Text.Json.Nodes;
using CsCheck;
using TrustedServe.Kubernetes.Checks;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Checks;

public sealed class ManifestCheckTests
{
    public static TheoryData<int, string> Cases
    {
        get
        {
            var rows = new TheoryData<int, string>();
            foreach (var (index, row) in CheckCases.All.Index())
            {
                rows.Add(index, row.Expected);
            }

            return rows;
        }
    }

    [Fact]
    public void Finds_nothing_where_everything_is_as_it_should_be()
    {
        new CheckCase("", Samples.Server).Verify();
        new CheckCase("", Samples.Job).Verify();
        new CheckCase("", Samples.Job, new() { LongestJob = TimeSpan.FromHours(1) }).Verify();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Finds_what_was_changed_and_nothing_else(int index, string expected)
    {
        Assert.Equal(expected, CheckCases.All[index].Expected);
        CheckCases.All[index].Verify();
    }

    [Fact]
    public void Has_a_case_for_every_code_that_needs_no_cluster()
    {
        var shown = CheckCases.All.SelectMany(row => row.Expected.Split(' ')).Append("TSK060").ToHashSet();
        Assert.DoesNotContain(CheckCodes.All.Select(check => check.Code), code => string.CompareOrdinal(code, "TSK100") < 0 && !shown.Contains(code));
    }

    [Fact]
    public void Finds_a_pod_without_a_controller()
    {
        var deployment = Samples.Parse(Samples.Server).Single(document => document.Manifest.Kind == "Deployment").Manifest;
        var pod = deployment.Content["spec"]!["template"]!.DeepClone().AsObject();
        (pod["apiVersion"], pod["kind"], pod["metadata"]!["name"], pod["metadata"]!["namespace"]) = ("v1", "Pod", "serving", "models");
        var others = Samples.Parse(Samples.Server).Where(document => document.Manifest.Kind is "NetworkPolicy" or "ConfigMap" or "ServiceAccount");
        var found = ManifestCheck.Run([.. others, ManifestDocument.Of(new Manifest("v1", "Pod", "models", "serving", pod))]);
        Assert.Equal(("TSK060", "Pod/models/serving", null), (Assert.Single(found).Check.Code, found[0].Object, found[0].Place));

        pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Job" });
        Assert.Empty(ManifestCheck.Run([.. others, ManifestDocument.Of(new Manifest("v1", "Pod", "models", "serving", pod))]));
    }

    [Theory]
    [InlineData("TSK001", "Deployment/torchserve/backend", 18, "48 of default_vcpus + 48 of limits = 96 vCPUs")]
    [InlineData("TSK001", "Deployment/torchserve/backend", 19, "65536 MiB of default_memory + 65536 MiB of limits = 131072 MiB")]
    [InlineData("TSK053", "Deployment/torchserve/backend", 33, "MODEL_KEY_FILE is /models/bert.key and MODEL_PATH is /models/bert.mar.enc, both on the volume 'models'")]
    [InlineData("TSK044", "Deployment/torchserve/backend", 25, "container 'attest' goes on after a failure: || echo")]
    [InlineData("TSK044", "Deployment/torchserve/backend", 26, "ATTESTATION_REQUIRED=false")]
    [InlineData("TSK045", "Deployment/torchserve/backend", 17, "the pod has no annotation 'io.katacontainers.config.hypervisor.cc_init_data'")]
    [InlineData("TSK040", "Pod/torchserve/frontend", 45, "runtimeClassName is not set")]
    [InlineData("TSK060", "Pod/torchserve/frontend", 43, "a Pod without a controller")]
    [InlineData("TSK061", "Pod/torchserve/frontend", 46, "none of 'torchserve' has one")]
    [InlineData("TSK006", "Pod/torchserve/frontend", 52, "container 'torchserve' has 2500m CPUs")]
    [InlineData("TSK008", "Pod/torchserve/frontend", 51, "container 'torchserve': requests.cpu 1500m, limits.cpu 2500m")]
    [InlineData("TSK034", "PeerAuthentication/torchserve/default", 57, "mode PERMISSIVE")]
    [InlineData("TSK020", "Deployment/torchserve/backend", 30, "'pytorch/torchserve:latest'")]
    [InlineData("TSK031", "Pod/torchserve/frontend", 44, "no NetworkPolicy of this namespace selects the pod's labels")]
    public void Catches_the_weaknesses_of_a_naive_chart(string code, string manifest, int line, string seen)
    {
        var found = ManifestCheck.Run(Samples.Parse(Samples.NaiveChart));
        Assert.Contains((code, manifest, line, seen), found.Select(finding => (finding.Check.Code, finding.Object, finding.Place!.Line, finding.Seen)));
    }

    [Fact]
    public void Puts_errors_first()
    {
        var found = ManifestCheck.Run(Samples.Parse(Samples.NaiveChart)).Select(finding => finding.Check.Severity).ToList();
        Assert.Contains(Severity.Warning, found);
        Assert.Equal(found.Order(), found);
    }

    [Fact]
    public void Takes_nothing_of_a_manifest_for_granted()
    {
        var values = Gen.OneOf("null", "5", "-1", "true", "\"text\"", "\"\"", "[]", "{}", "[null]", "{\"a\":null}", "1e300", "\"\\u001b[31m\"");
        Gen.Select(Gen.Bool, Gen.Int[0, 400], values, Gen.Int[0, 400], values).Sample(
            (isServer, first, firstValue, second, secondValue) =>
            {
                var documents = Samples.Parse(isServer ? Samples.Server : Samples.Job);
                Replace(documents, first, firstValue);
                Replace(documents, second, secondValue);
                Assert.All(ManifestCheck.Run(documents), finding => Assert.DoesNotContain('\u001b', finding.Seen + finding.Object + finding.Path));
            },
            iter: 400, threads: 1);
    }

    [Fact]
    public void Shows_no_credential()
    {
        var found = CheckCase.Variable("TSK055", "STORE", "DefaultEndpointsProtocol=https;AccountKey=c2VjcmV0").Run();
        Assert.DoesNotContain("c2VjcmV0", string.Concat(found));
    }

    [Fact]
    public void Is_bounded_in_what_it_finds()
    {
        var containers = string.Join(',', Enumerable.Repeat("""{"name":"a"}""", 20_000));
        var found = ManifestCheck.Run(ManifestReader.Read($"{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{containers: [{containers}]}}}}\n---\n", "-"));
        Assert.InRange(found.Count, 1, ManifestCheck.MaxFindings);
    }

    [Fact]
    public void Page_says_what_the_list_says()
    {
        var page = Path.Combine(Repository.Root, "deploy", "TrustedServe.Kubernetes", "CHECKS.md");
        Assert.True(CheckPage.Markdown() == File.ReadAllText(page), $"Write it again: trustedserve deploy check --list --markdown > {page}");
    }

    [Fact]
    public void Codes_are_of_one_form_and_explain_themselves()
    {
        Assert.Equal(CheckCodes.All.Count, typeof(CheckCodes).GetFields().Length);
        Assert.All(CheckCodes.All, check =>
        {
            Assert.Matches("^TSK[0-9]{3}$", check.Code);
            Assert.Same(check, CheckCodes.Find(check.Code));
            Assert.False(check.Title.EndsWith('.'));
            Assert.True(check.Why.EndsWith('.') && check.Remedy.EndsWith('.'), check.Code);
            Assert.DoesNotContain('|', check.Title);
        });
    }

    /// <summary>Replaces the value with this number, counted through all objects.</summary>
    private static void Replace(IReadOnlyList<ManifestDocument> documents, int number, string json)
    {
        var parts = documents.SelectMany(document => Parts(document.Manifest.Content)).ToList();
        var (parent, key, index) = parts[number % parts.Count];
        if (parent is JsonObject members)
        {
            members[key!] = JsonNode.Parse(json);
        }
        else
        {
            ((JsonArray)parent)[index] = JsonNode.Parse(json);
        }
    }

    private static IEnumerable<(JsonNode Parent, string? Key, int Index)> Parts(JsonNode? value) => value switch
    {
        JsonObject members => members.SelectMany(member => Parts(member.Value).Prepend((members, member.Key, 0))),
        JsonArray items => items.SelectMany((item, index) => Parts(item).Prepend((items, null, index))),
        _ => [],
    };
}
