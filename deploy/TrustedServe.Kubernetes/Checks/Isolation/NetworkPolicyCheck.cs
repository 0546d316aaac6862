using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Isolation;

/// <summary>Whether policies select every pod, and what they leave open.</summary>
internal static class NetworkPolicyCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads
        .Where(workload => workload.Spec["hostNetwork"].Flag != true) // policies do not apply there, and that is a finding already
        .SelectMany(workload => Of(workload, scope));

    private static IEnumerable<Finding> Of(Workload workload, CheckScope scope)
    {
        var policies = scope.OfKind("NetworkPolicy", workload.Namespace).Where(policy => Labels.Selects(policy["spec"]["podSelector"], workload.Labels)).ToList();
        if (policies.Count == 0)
        {
            yield return workload.Pod["metadata"]["labels"].Found(CheckCodes.NoNetworkPolicy, "no NetworkPolicy of this namespace selects the pod's labels");
            yield break;
        }

        foreach (var (type, rules, peers, code) in new[] { ("Egress", "egress", "to", CheckCodes.OpenEgress), ("Ingress", "ingress", "from", CheckCodes.OpenIngress) })
        {
            var governing = policies.Where(policy => Governs(policy["spec"], type)).ToList();
            if (governing.Count == 0)
            {
                yield return policies[0]["spec"]["policyTypes"].Found(code, $"no policy that selects {workload.Root.Document.Manifest} governs {type}");
            }

            foreach (var rule in governing.SelectMany(policy => policy["spec"][rules].Items))
            {
                if (!rule[peers].Items.Any())
                {
                    yield return rule.Found(code, $"a rule without '{peers}' allows every address");
                }

                foreach (var block in rule[peers].Items.Select(peer => peer["ipBlock"]["cidr"]).Where(cidr => cidr.Text?.EndsWith("/0", StringComparison.Ordinal) == true))
                {
                    yield return block.Found(code, $"'{block.Text}' is every address");
                }
            }
        }
    }

    private static bool Governs(ManifestNode spec, string type) => spec["policyTypes"].IsList
        ? spec["policyTypes"].Items.Any(item => item.Text == type)
        : type == "Ingress" || spec["egress"].Exists;
}
