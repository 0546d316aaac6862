using System.Globalization;
using System.Text;

namespace TrustedServe.Kubernetes.Checks.Codes;

/// <summary>Writes the page CHECKS.md from the closed list, so that the two cannot differ.</summary>
public static class CheckPage
{
    /// <summary>The whole page.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder();
        page.Append("# Findings of `trustedserve deploy check`\n\nWritten by `trustedserve deploy check --list --markdown`. A code keeps its meaning for ever.\n\n");
        page.Append("| code | severity | what is so | why it matters | what to do |\n|---|---|---|---|---|\n");
        foreach (var check in CheckCodes.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {check.Code} | {(check.Severity == Severity.Error ? "error" : "warning")} | {Cell(check.Title)} | {Cell(check.Why)} | {Cell(check.Remedy)} |\n");
        }

        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
