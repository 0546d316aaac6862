using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using TrustedServe.Cli.Hosting;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Cli.Demo;

/// <summary>Real requests over HTTP: ten sentences, sixteen digits, then every held-out row.</summary>
internal static class RequestsStep
{
    // The training framework's logits were written with five decimals; another engine's sums may differ in the last ones.
    private const double LogitTolerance = 1e-4;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        using var client = new FrontEndClient(context.FrontEnd, apiKey: null);
        context.Step("Ask the models", "The client sends plain HTTP on this machine; the front end passes tensors to the worker over a Unix socket that only this user's processes may open.");
        var langid = context.Models.Single(model => model.Name == "langid");
        var digits = context.Models.Single(model => model.Name == "digits");
        await SentencesAsync(context, client, langid, cancellationToken);
        await DigitsAsync(context, client, digits, cancellationToken);

        context.Step("Compare every held-out row", "What comes back over HTTP has to be what the training framework computed, row by row: sealing and serving change nothing.");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("model", "rows", "accuracy", "same top-1 as expected", "largest logit difference", "p50", "p99");
        foreach (var model in context.Models)
        {
            await CompareAsync(context, client, model, table, cancellationToken);
        }

        AnsiConsole.Write(table);
    }

    private static async Task SentencesAsync(DemoContext context, FrontEndClient client, SampleModel model, CancellationToken cancellationToken)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("sentence", "language", "confidence", "");
        var right = 0;
        var sentences = model.Rows.DistinctBy(row => row.Label).Take(10).ToList();
        foreach (var row in sentences)
        {
            var text = JsonSerializer.Deserialize<string>(row.Input)!;
            var answer = await client.PredictAsync(model.Name, null, text, isText: true, cancellationToken);
            var best = answer.EnumerateObject().First();
            right += best.Name == row.Label ? 1 : 0;
            table.AddRow(new Text(text), new Text(best.Name), new Text(best.Value.GetDouble().ToString("P1", CultureInfo.InvariantCulture)), new Markup(best.Name == row.Label ? "[green]✓[/]" : $"[red]✗ {row.Label.EscapeMarkup()}[/]"));
        }

        AnsiConsole.Write(table);
        context.Expect("ten sentences in ten languages", "10 right", $"{right} right", right == sentences.Count && right == 10);
    }

    private static async Task DigitsAsync(DemoContext context, FrontEndClient client, SampleModel model, CancellationToken cancellationToken)
    {
        var drawn = new List<(SampleRow Row, string Caption)>();
        var right = 0;
        foreach (var row in model.Rows.Take(16))
        {
            var answer = await client.PredictAsync(model.Name, null, row.Input, isText: false, cancellationToken);
            var best = answer.EnumerateObject().First();
            right += best.Name == row.Label ? 1 : 0;
            drawn.Add((row, $"[bold]{best.Name.EscapeMarkup()}[/] {best.Value.GetDouble().ToString("P0", CultureInfo.InvariantCulture).EscapeMarkup()} {(best.Name == row.Label ? "[green]✓[/]" : "[red]✗[/]")}"));
        }

        foreach (var chunk in drawn.Chunk(4))
        {
            DigitDrawing.Write(chunk);
        }

        context.Expect("sixteen handwritten digits", "16 right", $"{right} right", right == 16);
    }

    private static async Task CompareAsync(DemoContext context, FrontEndClient client, SampleModel model, Table table, CancellationToken cancellationToken)
    {
        var right = 0;
        var same = 0;
        var largest = 0.0;
        var times = new List<double>(model.Rows.Count);
        foreach (var row in model.Rows)
        {
            var start = Stopwatch.GetTimestamp();
            var answer = await client.InferAsync(model.Name, Body(model, row), cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            var outputs = answer.GetProperty("outputs").EnumerateArray().ToDictionary(output => output.GetProperty("name").GetString()!, output => output.GetProperty("data"));
            var label = outputs["labels"][0].GetString();
            right += label == row.Label ? 1 : 0;
            same += label == row.ExpectedLabel(model.Labels) ? 1 : 0;
            largest = Math.Max(largest, outputs["logits"].EnumerateArray().Zip(row.Logits, (seen, expected) => Math.Abs(seen.GetDouble() - expected)).Max());
        }

        times.Sort();
        table.AddRow(
            new Text(model.Name),
            new Text($"{model.Rows.Count}"),
            new Text((right / (double)model.Rows.Count).ToString("P1", CultureInfo.InvariantCulture)),
            new Text($"{same} of {model.Rows.Count}"),
            new Text(largest.ToString("0.0e0", CultureInfo.InvariantCulture)),
            new Text(Milliseconds(times[times.Count / 2])),
            new Text(Milliseconds(times[times.Count * 99 / 100])));
        context.Expect(
            $"{model.Name}: every held-out row",
            $"top-1 as expected on all {model.Rows.Count}, logits within {LogitTolerance}",
            $"{same} of {model.Rows.Count} the same, largest difference {largest.ToString("0.0e0", CultureInfo.InvariantCulture)}",
            same == model.Rows.Count && largest <= LogitTolerance);
    }

    private static string Body(SampleModel model, SampleRow row) => model.Task == ModelTask.TextClassification
        ? $$"""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":[{{row.Input}}]}]}"""
        : $$"""{"inputs":[{"name":"image","shape":[1,1,8,8],"datatype":"FP32","data":{{row.Input}}}]}""";

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms");
}
