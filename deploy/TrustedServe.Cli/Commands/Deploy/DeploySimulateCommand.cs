using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TrustedServe.Cli.Output;
using TrustedServe.Kubernetes.Simulation;
using TrustedServe.Kubernetes.Simulation.Traces;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy simulate</c>: arrivals against KEDA's arithmetic, to choose settings before anything is deployed.</summary>
internal static class DeploySimulateCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new SimulateOptions();
        var trace = new Option<string>("--trace") { Description = $"{string.Join(", ", NamedTraces.Names)}, or a file: CSV lines of seconds,perSecond, or JSON [{{\"seconds\":0,\"perSecond\":10}},…]; the last point ends it.", DefaultValueFactory = _ => "burst" };
        var rate = new Option<double>("--rate") { Description = "Greatest rate of a named trace, requests a second.", DefaultValueFactory = _ => 100 };
        var seed = new Option<int>("--seed") { Description = "Of arrivals and of when the looks fall.", DefaultValueFactory = _ => 1 };
        var svg = new Option<string?>("--svg") { Description = "File for a drawing: arrivals, instances, backlog and latency over time." };
        var json = CommonOptions.Json();
        var command = new Command("simulate", "Play arrivals against KEDA's arithmetic and show instances, backlog and latency. Scales nothing.")
        {
            trace, rate, seed, svg, json,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = options.Settings(parsed);
            var instance = options.Instance(parsed);
            var arrivals = await TraceAsync(parsed.GetValue(trace)!, parsed.GetValue(rate), cancellationToken);
            var result = ScaleSimulation.Run(arrivals, settings, instance, parsed.GetValue(seed), cancellationToken);
            if (parsed.GetValue(svg) is { } drawing)
            {
                await File.WriteAllTextAsync(drawing, ScalePlot.Draw(result, Title(arrivals, settings, instance)), cancellationToken);
            }

            Print(parsed.GetValue(json), result);
            return 0;
        });
        return command;
    }

    /// <summary>What a drawing says of itself.</summary>
    public static string Title(ArrivalTrace trace, ScaleSettings settings, InstanceProfile instance) => string.Create(
        CultureInfo.InvariantCulture,
        $"{trace.Name}, up to {trace.Peak:0.##}/s; {(settings.Jobs is { } jobs ? $"jobs ({jobs.Strategy})" : $"{instance.PerSecond:0.##}/s an instance")}, cold start {instance.ColdStartSeconds:0.##} s; {settings.Metric} {settings.Target:0.##}, {settings.MinReplicas} to {settings.MaxReplicas}");

    private static async Task<ArrivalTrace> TraceAsync(string trace, double rate, CancellationToken cancellationToken)
    {
        if (NamedTraces.Names.Contains(trace))
        {
            return NamedTraces.Create(trace, rate);
        }

        var file = new FileInfo(trace);
        if (!file.Exists)
        {
            throw TsfErrors.InvalidTrace.With($"'{trace}' is neither a file nor one of {string.Join(", ", NamedTraces.Names)}.");
        }

        if (file.Length > TraceReader.MaxBytes)
        {
            throw TsfErrors.InvalidTrace.With($"{file.Name} has {file.Length} bytes; a trace has at most {TraceReader.MaxBytes}.");
        }

        return TraceReader.Read(file.Name, await File.ReadAllBytesAsync(file.FullName, cancellationToken));
    }

    private static void Print(bool json, SimulationResult result)
    {
        Report.Print(
            json,
            result,
            Text($"{result.Trace}, {result.Seconds:0} s, {result.Arrived:0} arrivals"),
            [
                ("latency p50 / p95 / p99", $"{Seconds(result.P50)} / {Seconds(result.P95)} / {Seconds(result.P99)}"),
                ("longest latency", Seconds(result.Longest)),
                ("greatest backlog", Text($"{result.MaxBacklog:0}")),
                ("unserved at the end", Text($"{result.Unserved:0}")),
                ("most instances", Text($"{result.MaxReplicas}")),
                ("instance hours", Text($"{result.ReplicaHours:0.00} ({result.Utilization:0%} computing while ready)")),
                ("cold starts", Text($"{result.ColdStarts}")),
                ("time at zero", Text($"{result.SecondsAtZero:0} s")),
            ]);
        foreach (var note in json ? [] : result.Notes)
        {
            AnsiConsole.MarkupLine($"[yellow]![/] {note.EscapeMarkup()}");
        }
    }

    private static string Seconds(double seconds) => seconds < 1 ? Text($"{seconds * 1_000:0} ms") : Text($"{seconds:0.0} s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
