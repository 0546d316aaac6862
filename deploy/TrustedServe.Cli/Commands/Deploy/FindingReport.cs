using System.Text.Json;
using Spectre.Console;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>Findings as tables for people, errors first, or as one JSON object for machines.</summary>
internal static class FindingReport
{
    /// <summary>Prints.</summary>
    public static void Print(bool json, IReadOnlyList<Finding> findings, int objects, int ignored)
    {
        var errors = findings.Count(finding => finding.Check.Severity == Severity.Error);
        var warnings = findings.Count - errors;
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { objects, errors, warnings, ignored, findings = findings.Select(Row) }, StrictJson.Indented));
            return;
        }

        foreach (var group in findings.GroupBy(finding => finding.Check.Severity))
        {
            var color = group.Key == Severity.Error ? Color.Red : Color.Yellow;
            var table = new Table().Title(group.Key == Severity.Error ? "errors" : "warnings").Border(TableBorder.Rounded).ShowRowSeparators().AddColumns("code", "where", "what", "what to do");
            foreach (var finding in group)
            {
                table.AddRow(
                    new Text(finding.Check.Code, new Style(color)),
                    new Text(string.Join('\n', new[] { finding.Object, finding.Path, finding.Place?.ToString() ?? "" }.Where(line => line.Length > 0))),
                    new Rows(new Text($"{finding.Check.Title}: {finding.Seen}"), new Text(finding.Check.Why, new Style(Color.Grey))),
                    new Text(finding.Check.Remedy));
            }

            AnsiConsole.Write(table);
        }

        AnsiConsole.MarkupLine($"{(errors > 0 ? "[red]✗[/]" : warnings > 0 ? "[yellow]![/]" : "[green]✓[/]")} {objects} objects: {errors} errors, {warnings} warnings{(ignored > 0 ? $", {ignored} ignored" : "")}");
    }

    /// <summary>Prints the closed list.</summary>
    public static void PrintCodes(bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(CheckCodes.All, StrictJson.Indented));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("code", "severity", "what is so", "what to do");
        foreach (var check in CheckCodes.All)
        {
            table.AddRow(new Text(check.Code), new Text(Name(check.Severity)), new Text(check.Title), new Text(check.Remedy));
        }

        AnsiConsole.Write(table);
    }

    private static object Row(Finding finding) => new
    {
        finding.Check.Code,
        Severity = Name(finding.Check.Severity),
        finding.Object,
        finding.Path,
        finding.Place?.Source,
        finding.Place?.Line,
        finding.Place?.Column,
        finding.Check.Title,
        finding.Seen,
        finding.Check.Why,
        finding.Check.Remedy,
    };

    private static string Name(Severity severity) => severity == Severity.Error ? "error" : "warning";
}
