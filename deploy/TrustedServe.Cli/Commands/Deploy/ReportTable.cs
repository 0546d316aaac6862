using System.Text.Json;
using Spectre.Console;
using TrustedServe.Cli.Output;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>What became of every object, as a table or as JSON, and the reason when it is not done.</summary>
internal static class ReportTable
{
    /// <summary>Prints the report.</summary>
    public static void Print(ApplyReport report, string title, bool json)
    {
        if (json)
        {
            var failure = report.Failure is { } reason ? new { reason.Code, reason.Error.Title, reason.Message, reason.Error.Remedy } : null;
            Console.Out.WriteLine(JsonSerializer.Serialize(new { report.Deployment, report.Namespace, Done = report.IsDone, HalfDone = report.IsHalfDone, report.Objects, failure }, StrictJson.Indented));
            return;
        }

        var table = new Table().Title(title.EscapeMarkup()).Border(TableBorder.Rounded).AddColumns(new TableColumn("object").NoWrap(), new TableColumn("what became of it").NoWrap(), new TableColumn("why"));
        foreach (var item in report.Objects)
        {
            table.AddRow(new Text(item.Object.ToString()), Outcome(item.Outcome), new Text(item.Detail ?? ""));
        }

        AnsiConsole.Write(table);
        if (report.Failure is not null)
        {
            Failures.Print(report.Failure, json: false);
        }
    }

    private static Text Outcome(ObjectOutcome outcome) => outcome switch
    {
        ObjectOutcome.Created => new Text("created", new Style(Color.Green)),
        ObjectOutcome.Configured => new Text("configured", new Style(Color.Green)),
        ObjectOutcome.Unchanged => new Text("unchanged", new Style(Color.Grey)),
        ObjectOutcome.Pruned => new Text("removed", new Style(Color.Green)),
        ObjectOutcome.Kept => new Text("kept", new Style(Color.Yellow)),
        ObjectOutcome.Failed => new Text("failed", new Style(Color.Red)),
        ObjectOutcome.NotReached => new Text("not reached", new Style(Color.Yellow)),
        ObjectOutcome.RolledBack => new Text("rolled back", new Style(Color.Yellow)),
        _ => new Text("NOT rolled back", new Style(Color.Red)),
    };
}
