using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using TrustedServe.Cli.Bench.Drawing;
using TrustedServe.Cli.Commands;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Bench.ColdStart;

/// <summary><c>trustedserve bench cold-start</c>: starts everything from nothing and shows where the time went.</summary>
internal static class ColdStartCommand
{
    private const int MaxRuns = 50;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var stack = new StackOptions();
        var model = new Option<string?>("--model") { Description = "The model that is asked when all are ready; without it the time line ends there." };
        var rows = new Option<string?>("--rows") { Description = "JSON lines, the first of which is asked; without it a short text." };
        var held = new Option<bool>("--held") { Description = "Ask as soon as the front end listens, as the event does that woke it: it holds the request until the model has started. Otherwise the request comes when all are ready." };
        var runs = new Option<int>("--runs") { Description = $"Starts, one after the other (1 to {MaxRuns}); the one with the middle time is shown.", DefaultValueFactory = _ => 1 };
        var svg = new Option<string?>("--svg") { Description = "File for a drawing of the time line." };
        var json = CommonOptions.Json();
        var command = new Command("cold-start", "Time line of a start, from the front end's process to the first answer: what each worker did from when to when, side by side.") { model, rows, held, runs, svg, json };
        stack.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(runs) is not (>= 1 and <= MaxRuns) and var count)
            {
                throw TsfErrors.Usage.With($"--runs is a number from 1 to {MaxRuns}, not {count}.");
            }

            var starts = new List<ColdStartResult>();
            for (var run = 0; run < parsed.GetValue(runs); run++)
            {
                starts.Add(await new ColdStartRun(stack.Read(parsed), parsed.GetValue(model), parsed.GetValue(rows), parsed.GetValue(held)).RunAsync(cancellationToken));
            }

            var middle = starts.OrderBy(start => start.Total).ElementAt(starts.Count / 2);
            if (parsed.GetValue(svg) is { } file)
            {
                await File.WriteAllTextAsync(file, TimelinePlot.Draw(middle.Timeline, $"cold start: {Summary(middle)}"), cancellationToken);
            }

            Print(parsed.GetValue(json), starts, middle);
            return 0;
        });
        return command;
    }

    private static void Print(bool json, List<ColdStartResult> starts, ColdStartResult middle)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { firstAnswer = middle.FirstAnswer, ready = middle.Ready, firstAnswers = starts.Select(start => start.FirstAnswer), readies = starts.Select(start => start.Ready), steps = middle.Timeline.Steps }, StrictJson.Indented));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("who", "step", "begins", "ends", "takes");
        foreach (var step in middle.Timeline.Steps)
        {
            table.AddRow([new Text(step.Actor), new Text(step.Name), Seconds(step.Begin), Seconds(step.End), Seconds(step.End - step.Begin)]);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(Summary(middle) + (starts.Count > 1 ? $" (the middle one of {starts.Count} starts)" : ""));
    }

    private static string Summary(ColdStartResult start) =>
        FormattableString.Invariant($"ready after {start.Ready:0.00} s") + (start.FirstAnswer is { } answer ? FormattableString.Invariant($", first answer after {answer:0.00} s") : "");

    private static Text Seconds(double value) => new(value.ToString("0.000", CultureInfo.InvariantCulture));
}
