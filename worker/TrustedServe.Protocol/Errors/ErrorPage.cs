using System.Globalization;
using System.Text;

namespace TrustedServe.Protocol.Errors;

/// <summary>Writes the page ERRORS.md from the closed list, so that the two cannot differ.</summary>
public static class ErrorPage
{
    /// <summary>The whole page.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder();
        page.Append("# Errors\n\nWritten by `trustedserve errors --markdown`. A code keeps its meaning for ever; the HTTP column is what a caller sees.\n\n");
        page.Append("| code | HTTP | what happened | what to do |\n|---|---|---|---|\n");
        foreach (var error in TsfErrors.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {error.Code} | {error.HttpStatus} | {error.Title} | {error.Remedy} |\n");
        }

        return page.ToString();
    }
}
