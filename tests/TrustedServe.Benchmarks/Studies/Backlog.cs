using System.Diagnostics;
using System.Text.Json;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Demo;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Benchmarks.Studies;

/// <summary><c>backlog</c>: how long the signals for scaling say that a queue will take, against how long it then took.</summary>
internal static class Backlog
{
    private const int Tokens = 32;

    // Said with less than this left, a moment's pause of the machine decides.
    private const double LeastLeft = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (context, json) = Study.Begin(arguments);
        using var bounded = context;
        await using var queue = await QueueService.TryStartAsync(CancellationToken.None);
        if (queue is null)
        {
            await Console.Error.WriteLineAsync("The storage emulator is not available (README.md, Prerequisites).");
            return 1;
        }

        var model = await context.BertAsync(context.MiniLm, ModelTask.TextClassification, CancellationToken.None);
        int[] sizes = [.. new[] { 400, 100, 800, 50, 1600, 200, 25, 600 }.Select(rows => context.Quick ? rows / 4 : rows)];
        await UploadAsync(context, queue, model, sizes);
        var (settings, secrets) = (new Dictionary<string, string> { ["Signals:RefreshSeconds"] = "1" }, new Dictionary<string, string>());
        queue.Configure(settings, secrets);
        await using var served = await ServedModel.StartAsync(context, model, authorised: false, CancellationToken.None, settings, secrets);
        using var signals = new HttpClient { BaseAddress = served.Health };

        // Before the first job nothing is measured; what is said then is shown and not judged.
        await RunAsync(queue, signals, model, sizes[..2], "first");
        var rounds = new List<Round>();
        for (var round = 0; round < context.Rounds; round++)
        {
            rounds.Add(await RunAsync(queue, signals, model, sizes, $"round-{round}"));
        }

        return Study.Print(
            json,
            Figures.Format($"{model.Shape!.Name}, {Tokens} tokens: {sizes.Length} sealed jobs of {sizes.Min()} to {sizes.Max()} rows, {sizes.Sum()} in all, sent at once"),
            ["round", "messages said", "rows said", "seconds said", "seconds taken", "off by", "said on the way", "off by, median", "worst"],
            [.. rounds.Select((round, index) => Row(index, round))]);
    }

    private static async Task<Round> RunAsync(QueueService queue, HttpClient signals, BenchModel model, int[] sizes, string name)
    {
        using var limit = new CancellationTokenSource(Limit);
        await Task.WhenAll(sizes.Select((rows, index) => queue.Queue.SendMessageAsync(
            JsonSerializer.Serialize(new { id = $"{name}-{index}", model = model.Name, input = $"{QueueService.InputContainer}/{rows}.rows", output = $"{QueueService.OutputContainer}/{name}-{index}.rows", format = "jsonl" }),
            limit.Token)));
        var said = new List<(long At, double Messages, double Rows, double Seconds)>();
        do
        {
            await Task.Delay(Look, limit.Token);
            var at = Stopwatch.GetTimestamp();
            var document = JsonElement.Parse(await signals.GetStringAsync($"/scaling/models/{model.Name}", limit.Token));
            if (document.TryGetProperty("queue", out var known) && document.GetProperty("queueRead").GetProperty("ageSeconds").GetDouble() < Look.TotalSeconds)
            {
                said.Add((at, known.GetProperty("messages").GetDouble(), known.GetProperty("rows").GetDouble(), known.GetProperty("seconds").GetDouble()));
            }
        }
        while ((await queue.Queue.GetPropertiesAsync(limit.Token)).Value.ApproximateMessagesCount > 0);

        var end = Stopwatch.GetTimestamp();
        var first = said[0];
        return new Round(
            first.Messages,
            first.Rows,
            first.Seconds,
            Stopwatch.GetElapsedTime(first.At, end).TotalSeconds,
            [.. said.Skip(1).Select(later => (later.Seconds, Left: Stopwatch.GetElapsedTime(later.At, end).TotalSeconds)).Where(later => later.Left >= LeastLeft).Select(later => (later.Seconds / later.Left) - 1)]);
    }

    private static async Task UploadAsync(BenchContext context, QueueService queue, BenchModel model, int[] sizes)
    {
        var keyId = KeyId.Parse("kbs:///bench/rows-key/texts");
        using var key = Publisher.CreateRowsKey(context["home/broker"], keyId, model.Name);
        var noise = new SeededNoise(3);
        foreach (var rows in sizes)
        {
            var (plain, file) = (context[$"{rows}.jsonl"], context[$"{rows}.rows"]);
            await File.WriteAllLinesAsync(plain, Enumerable.Range(0, rows).Select(row => $$"""{"id":"{{row}}","text":"{{BertVocabulary.Text(noise, model.Shape!.Vocabulary, Tokens)}}"}"""));
            await RowsFile.SealFileAsync(plain, file, RowsRole.Input, $"{QueueService.InputContainer}/{rows}.rows", keyId, key, CancellationToken.None);
            await queue.Blobs.GetBlobContainerClient(QueueService.InputContainer).GetBlobClient($"{rows}.rows").UploadAsync(file, overwrite: true);
        }
    }

    private static IReadOnlyList<string> Row(int index, Round round) =>
    [
        Figures.Format($"{index + 1}"),
        Figures.Format($"{round.Messages:0}"),
        Figures.Format($"{round.Rows:0}"),
        Figures.Format($"{round.Said:0.0}"),
        Figures.Format($"{round.Taken:0.0}"),
        Figures.Format($"{(round.Said / round.Taken) - 1:+0.0%;-0.0%}"),
        Figures.Format($"{round.Later.Count} times"),
        round.Later.Count > 0 ? Figures.Format($"{Figures.Median(round.Later.Select(Math.Abs)):0.0%}") : "",
        round.Later.Count > 0 ? Figures.Format($"{round.Later.Max(Math.Abs):0.0%}") : "",
    ];

    private sealed record Round(double Messages, double Rows, double Said, double Taken, IReadOnlyList<double> Later);
}
