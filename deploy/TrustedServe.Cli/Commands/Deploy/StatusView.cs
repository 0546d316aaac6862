using System.Globalization;
using Spectre.Console;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Cluster.Looking;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>A deployment's state as tables for people.</summary>
internal static class StatusView
{
    /// <summary>Prints it.</summary>
    public static void Print(DeploymentStatus status)
    {
        var held = status.HeldUntil is { } until ? $", held until {Text(until)}" : "";
        AnsiConsole.MarkupLine($"[bold]{status.Deployment.EscapeMarkup()}[/] in {status.Namespace.EscapeMarkup()}: {State(status.State)} since {Text(status.StateSince)}{held}");
        Objects(status);
        Instances(status);
        Scalers(status);
        Events(status);
    }

    private static void Objects(DeploymentStatus status)
    {
        var table = New("objects", "", "object", "state");
        foreach (var item in status.Objects)
        {
            table.AddRow(Mark(item.IsReady), new Text(item.Object.ToString()), new Text(item.Text));
        }

        AnsiConsole.Write(table);
    }

    private static void Instances(DeploymentStatus status)
    {
        var table = New("instances", "", "pod", "phase", "trust *", "models", "node", "since", "restarts", "problem");
        foreach (var item in status.Instances)
        {
            var models = item.Models is { } all ? string.Create(CultureInfo.InvariantCulture, $"{item.ModelsReady ?? 0} of {all} ready") : "?";
            table.AddRow(
                Mark(item.IsReady), new Text(item.Pod), new Text(item.Phase), Trust(item.Trust), new Text(models), new Text(item.Node ?? ""),
                new Text(item.Since is { } since ? Text(since) : ""), new Text(item.Restarts.ToString(CultureInfo.InvariantCulture)), new Text(item.Problem ?? "", new Style(Color.Yellow)));
        }

        AnsiConsole.Write(status.Instances.Count > 0 ? table : new Text("no instances\n"));
        if (status.Instances.Count > 0)
        {
            AnsiConsole.MarkupLine("[grey]* what the instance says of itself, through the cluster; 'trustedserve attest' proves.[/]");
        }
    }

    private static void Scalers(DeploymentStatus status)
    {
        foreach (var scaler in status.Scalers)
        {
            var flags = new[] { (scaler.IsReady ? "ready" : "NOT ready"), scaler.IsActive ? "active" : "idle", scaler.IsFallback ? "IN FALLBACK" : "", scaler.IsPaused ? "PAUSED" : "" }.Where(flag => flag.Length > 0);
            var table = New($"scaling {scaler.Name}: {Number(scaler.Replicas)} now, {Number(scaler.Desired)} wanted, {Number(scaler.Least)} to {Number(scaler.Most)}; {string.Join(", ", flags)}", "trigger", "type", "asks", "measured", "target", "failures");
            foreach (var trigger in scaler.Triggers)
            {
                table.AddRow(
                    new Text(trigger.Name), new Text(trigger.Type), new Text(trigger.IsActive switch { true => "yes", false => "no", null => "?" }), new Text(trigger.Current ?? "?"), new Text(trigger.Target ?? "?"),
                    new Text(trigger.Failures.ToString(CultureInfo.InvariantCulture), new Style(trigger.Failures > 0 ? Color.Red : Color.Grey)));
            }

            AnsiConsole.Write(table);
            AnsiConsole.MarkupLine($"[grey]why:[/] {scaler.Decision.EscapeMarkup()}{(scaler.LastActive is null ? "" : $" [grey](last asked for at {scaler.LastActive.EscapeMarkup()})[/]")}");
        }
    }

    private static void Events(DeploymentStatus status)
    {
        if (status.Events.Count == 0)
        {
            return;
        }

        var table = New("events", "time", "about", "reason", "message");
        foreach (var line in status.Events)
        {
            table.AddRow(new Text(Text(line.Time)), new Text(line.Object), new Text(line.Reason, new Style(line.IsWarning ? Color.Yellow : Color.Grey)), new Text(line.Count > 1 ? $"{line.Message} ({line.Count}×)" : line.Message));
        }

        AnsiConsole.Write(table);
    }

    private static Table New(string title, params string[] columns)
    {
        var table = new Table().Title(title.EscapeMarkup()).Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column));
        }

        return table;
    }

    private static Text Mark(bool isGood) => isGood ? new Text("✓", new Style(Color.Green)) : new Text("✗", new Style(Color.Red));

    private static Text Trust(string? trust) => trust is null ? new Text("unknown", new Style(Color.Yellow))
        : new Text(trust, new Style(trust.Contains("insecure", StringComparison.OrdinalIgnoreCase) ? Color.Red : Color.Green));

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private static string State(InventoryState state) => state switch
    {
        InventoryState.Applied => "[green]applied[/]",
        InventoryState.Applying => "[yellow]being applied, or cut off[/]",
        InventoryState.RolledBack => "[yellow]rolled back after a failed apply[/]",
        InventoryState.Failed => "[red]half done after a failed apply[/]",
        _ => "[yellow]being destroyed, or cut off[/]",
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
