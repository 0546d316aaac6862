using System.Text.RegularExpressions;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether a trust domain is started with a measured description of its container, and a policy that keeps the host out.</summary>
internal static partial class InitDataCheck
{
    private const string PolicyAnnotation = "io.katacontainers.config.agent.policy";
    private const string OldAnnotation = "io.katacontainers.config.runtime.cc_init_data";

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Confidential.SelectMany(Of);

    private static IEnumerable<Finding> Of(Workload workload)
    {
        var annotation = workload.Annotations[InitData.Annotation];
        var document = InitData.Read(workload, out var problem);
        if (problem is not null)
        {
            yield return annotation.Found(CheckCodes.InitDataInvalid, problem);
        }
        else if (document is null)
        {
            yield return annotation.Found(
                CheckCodes.NoInitData,
                workload.Annotations[OldAnnotation].Exists ? $"only '{OldAnnotation}', which a node's own runtime does not read" : $"the pod has no annotation '{InitData.Annotation}'");
        }
        else if (Policy(document) is not { } policy)
        {
            yield return annotation.Found(
                CheckCodes.NoAgentPolicy,
                workload.Annotations[PolicyAnnotation].Exists ? $"the policy stands in the annotation '{PolicyAnnotation}' only" : $"the initdata has {string.Join(", ", document.Data.Keys)}");
        }
        else
        {
            foreach (var opening in Openings().Matches(Comments().Replace(policy, "")).Select(match => match.Value))
            {
                yield return annotation.Found(CheckCodes.OpenAgentPolicy, $"{InitData.PolicyFile}: {opening}");
            }
        }
    }

    private static string? Policy(InitDataDocument document) => document.Data.GetValueOrDefault(InitData.PolicyFile) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    [GeneratedRegex(@"#[^\n]*", RegexOptions.CultureInvariant)]
    private static partial Regex Comments();

    /// <summary>Rules that hold without a condition. (A rule with a condition has to be read by people.)</summary>
    [GeneratedRegex(@"\bdefault\s+(ExecProcessRequest|CopyFileRequest|SetPolicyRequest|ReadStreamRequest|WriteStreamRequest|CreateContainerRequest|AllowRequestsFailingPolicy)\s*:?=\s*true\b", RegexOptions.CultureInvariant)]
    private static partial Regex Openings();
}
