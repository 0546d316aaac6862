using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using TrustedServe.Kubernetes.Cluster.Differences;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>Differences for people: an object, then its fields with what was (−) and what would be (+).</summary>
internal static class DifferenceView
{
    private const int MaxValue = 160;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints them.</summary>
    public static void Print(IReadOnlyList<ObjectDifference> differences)
    {
        foreach (var item in differences.Where(item => item.Kind != DifferenceKind.None))
        {
            AnsiConsole.MarkupLine($"{Mark(item.Kind)} [bold]{item.Object.ToString().EscapeMarkup()}[/]{(item.Detail is null ? "" : $" [grey]{item.Detail.EscapeMarkup()}[/]")}");
            foreach (var change in item.Changes)
            {
                if (item.Kind == DifferenceKind.Create && change.Path.Length == 0)
                {
                    continue; // the whole object is new: its name says it, and --json has the rest
                }

                AnsiConsole.MarkupLine($"    [grey]{change.Path.EscapeMarkup()}[/]");
                Print("[red]    − ", change.Before);
                Print("[green]    + ", change.After);
            }
        }

        var same = differences.Count(item => item.Kind == DifferenceKind.None);
        AnsiConsole.MarkupLine($"{differences.Count - same} of {differences.Count} objects differ.");
    }

    private static void Print(string mark, JsonNode? value)
    {
        if (value is not null)
        {
            AnsiConsole.MarkupLine($"{mark}{Shown(value).EscapeMarkup()}[/]");
        }
    }

    /// <summary>A value on one line; control characters are escaped by JSON.</summary>
    internal static string Shown(JsonNode value)
    {
        var text = value.ToJsonString(Plain);
        return text.Length <= MaxValue ? text : $"{text[..MaxValue]}… ({text.Length} characters)";
    }

    private static string Mark(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Create => "[green]+ create[/]",
        DifferenceKind.Change => "[yellow]~ change[/]",
        DifferenceKind.Prune => "[red]− remove[/]",
        _ => "[red]✗ refused[/]",
    };
}
