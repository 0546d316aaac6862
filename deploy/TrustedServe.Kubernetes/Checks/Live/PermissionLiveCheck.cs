using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>Whether the caller may apply the objects.</summary>
internal static class PermissionLiveCheck
{
    /// <summary>How many questions are asked; a deployment has some dozen.</summary>
    private const int MostAsked = 200;

    /// <summary>What server-side apply does to an object that is there, or not.</summary>
    private static readonly string[] Verbs = ["patch", "create"];

    /// <summary>Checks.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(LiveScope scope, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        var asked = 0;
        foreach (var group in scope.Manifests.Documents.Select(ManifestNode.Of).GroupBy(node => node.Document.Manifest.ApiVersion))
        {
            var answer = await scope.Cluster.GetAsync(group.Key.Contains('/') ? $"apis/{Escaped(group.Key)}" : $"api/{Escaped(group.Key)}", cancellationToken);
            if (answer.IsAbsent)
            {
                continue; // the cluster does not have these kinds, which is no question of permission
            }

            if (answer.Reason is { } reason)
            {
                found.Add(LiveScope.NotSeen($"the kinds of {group.Key}", reason));
                continue;
            }

            var kinds = LiveObject.Of(answer.Seen)["resources"].Items.Where(item => item["name"].Text?.Contains('/') == false).ToList();
            foreach (var node in group.DistinctBy(node => (node.Document.Manifest.Kind, scope.NamespaceOf(node))))
            {
                foreach (var kind in kinds.Where(item => item["kind"].Text == node.Document.Manifest.Kind && asked < MostAsked).Take(1).ToList())
                {
                    asked += Verbs.Length;
                    found.AddRange(await AskAsync(node, kind["name"].Text ?? "", kind["namespaced"].Flag == true, scope, cancellationToken));
                }
            }
        }

        if (asked >= MostAsked)
        {
            found.Add(LiveScope.NotSeen("permissions", $"only the first {MostAsked} questions were asked"));
        }

        return found;
    }

    private static async Task<List<Finding>> AskAsync(ManifestNode node, string resource, bool isNamespaced, LiveScope scope, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        var group = node.Document.Manifest.ApiVersion.Split('/') is [var name, _] ? name : "";
        foreach (var verb in Verbs)
        {
            var question = new JsonObject { ["verb"] = verb, ["group"] = group, ["resource"] = resource };
            if (isNamespaced)
            {
                question["namespace"] = scope.NamespaceOf(node);
            }

            var review = new JsonObject { ["apiVersion"] = "authorization.k8s.io/v1", ["kind"] = "SelfSubjectAccessReview", ["spec"] = new JsonObject { ["resourceAttributes"] = question } };
            var answer = await scope.Cluster.AskAsync("apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, cancellationToken);
            var where = isNamespaced ? $" in {scope.NamespaceOf(node)}" : "";
            if (answer.Reason is { } reason)
            {
                found.Add(LiveScope.NotSeen($"the permission to {verb} {resource}{where}", reason));
            }
            else if (LiveObject.Of(answer.Seen)["status"]["allowed"].Flag != true)
            {
                found.Add(node["kind"].Found(CheckCodes.PermissionMissing, $"you may not {verb} {resource}{where}"));
            }
        }

        return found;
    }

    private static string Escaped(string apiVersion) => string.Join('/', apiVersion.Split('/').Select(Uri.EscapeDataString));
}
