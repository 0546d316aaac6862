using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using Spectre.Console;
using TrustedServe.Cli.Hosting;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Demo;

/// <summary>Scores 1,000 sealed rows from a queue message into a sealed result blob.</summary>
internal static class BatchStep
{
    private const int Rows = 1_000;
    private const string InputBlob = "sentences.rows";
    private const string OutputBlob = "languages.rows";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Runs it; without a queue it only says so.</summary>
    public static async Task RunAsync(DemoContext context, QueueService? queue, CancellationToken cancellationToken)
    {
        context.Step("Score 1,000 rows from a queue message", "The rows lie sealed in the store, the front end fetches their key after attestation, and the result is one sealed blob, written once.");
        if (queue is null)
        {
            AnsiConsole.MarkupLine("[yellow]![/] Left out: this needs Node 20 for the storage emulator (see above).");
            return;
        }

        var model = context.Models.Single(sample => sample.Name == "langid");
        var rows = Enumerable.Range(0, Rows).Select(row => model.Rows[row % model.Rows.Count]).ToList();
        var keyId = KeyId.Parse("kbs:///demo/rows-key/langid");
        using var record = Publisher.CreateRowsKey(context.BrokerFolder, keyId, model.Name);
        await UploadAsync(context, queue, keyId, record, rows, cancellationToken);

        var start = Stopwatch.GetTimestamp();
        await queue.Queue.SendMessageAsync(
            JsonSerializer.Serialize(new { id = "demo-1", model = model.Name, input = $"{QueueService.InputContainer}/{InputBlob}", output = $"{QueueService.OutputContainer}/{OutputBlob}", format = "jsonl" }),
            cancellationToken);
        var output = queue.Blobs.GetBlobContainerClient(QueueService.OutputContainer).GetBlobClient(OutputBlob);
        var functions = context.Stack!.Functions;
        var seconds = await functions.WithinAsync(Limit, limit => WatchAsync(functions, output, start, limit), cancellationToken);

        var (answered, same) = await CompareAsync(context, output, record, model, rows, cancellationToken);
        AnsiConsole.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[grey]{Rows} rows in {seconds:0.00} s from message to result: {Rows / seconds:0} rows/s[/]"));
        context.Expect("a batch job of 1,000 rows", $"{Rows} answers in order, top-1 as over HTTP", $"{answered} answers, {same} as expected", answered == Rows && same == Rows);
    }

    private static async Task UploadAsync(DemoContext context, QueueService queue, KeyId keyId, KeyRecord key, List<SampleRow> rows, CancellationToken cancellationToken)
    {
        var plain = context["sentences.jsonl"];
        await File.WriteAllLinesAsync(plain, rows.Select((row, number) => $$"""{"id":"{{number}}","text":{{row.Input}}}"""), cancellationToken);
        var file = context[InputBlob];
        await RowsFile.SealFileAsync(plain, file, RowsRole.Input, $"{QueueService.InputContainer}/{InputBlob}", keyId, key, cancellationToken);
        await queue.Blobs.GetBlobContainerClient(QueueService.InputContainer).GetBlobClient(InputBlob).UploadAsync(file, overwrite: true, cancellationToken);
    }

    private static async Task<double> WatchAsync(ServiceProcess functions, BlobClient output, long start, CancellationToken cancellationToken)
    {
        var seconds = 0.0;
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async progress =>
        {
            var task = progress.AddTask("rows scored", maxValue: Rows);
            functions.Logged += Show;
            while (!await output.ExistsAsync(cancellationToken))
            {
                await Task.Delay(20, cancellationToken);
            }

            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            functions.Logged -= Show;
            task.Value = Rows;

            void Show(LogEvent line)
            {
                if (line.Id == LogIds.JobProgress)
                {
                    task.Value = line.Number("Rows");
                }
            }
        });
        return seconds;
    }

    private static async Task<(int Answered, int Same)> CompareAsync(DemoContext context, BlobClient output, KeyRecord key, SampleModel model, List<SampleRow> rows, CancellationToken cancellationToken)
    {
        var file = context[OutputBlob];
        await output.DownloadToAsync(file, cancellationToken);
        var opened = context["languages.jsonl"];
        await RowsFile.OpenFileAsync(file, opened, key, cancellationToken);
        var same = 0;
        var answered = 0;
        await foreach (var line in File.ReadLinesAsync(opened, cancellationToken))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.GetProperty("row").GetInt32() == answered + 1 && root.TryGetProperty("label", out var label) && label.GetString() == rows[answered].ExpectedLabel(model.Labels))
            {
                same++;
            }

            answered++;
        }

        return (answered, same);
    }
}
