using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>Reads who owns the fields that server-side apply did not get.</summary>
internal static partial class FieldConflicts
{
    private const int MaxCauses = 200;

    /// <summary>The conflicts that an answer tells; empty when it is about something else.</summary>
    public static IReadOnlyList<FieldConflict> Read(ApiAnswer answer) => answer.Status != 409 ? [] :
    [
        .. Field.Objects(answer.Body, "details", "causes")
            .Where(cause => Field.Text(cause, "reason") == "FieldManagerConflict")
            .Take(MaxCauses)
            .GroupBy(cause => Manager(Field.Text(cause, "message")))
            .Select(group => new FieldConflict(group.Key, [.. group.Select(cause => Printable.Line(Field.Text(cause, "field"))).Order(StringComparer.Ordinal)])),
    ];

    // The manager is told in the sentence only: conflict with "kubectl" using apps/v1 at 2026-01-01T00:00:00Z
    private static string Manager(string? message) => Quoted().Match(message ?? "") is { Success: true } match ? Printable.Line(match.Groups[1].Value, 128) : "another manager";

    [GeneratedRegex("conflict with \"([^\"]{1,128})\"", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
