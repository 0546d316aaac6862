using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>Which objects a list or a watch is of.</summary>
internal static class Selectors
{
    /// <summary>Whether an object is one: its name by <c>fieldSelector</c>, its labels by <c>labelSelector</c>.</summary>
    public static bool Fit(IQueryCollection query, JsonObject item)
    {
        foreach (var term in query["fieldSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (term.Split('=', 2) is not ["metadata.name", var name] || (string?)item["metadata"]!["name"] != name)
            {
                return false;
            }
        }

        foreach (var term in query["labelSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (term.Split('=', 2) is not [var label, var value] || (string?)item["metadata"]!["labels"]?[label] != value.TrimStart('='))
            {
                return false;
            }
        }

        return true;
    }
}
