using System.Text.Json;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Bench.ColdStart;
using TrustedServe.Cli.Bench.Drawing;
using TrustedServe.Cli.Demo;
using TrustedServe.Cli.Hosting;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Json;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Studies;

/// <summary>
/// <c>cold-starts</c>: from nothing to the answer of the request that woke the instance, for both sample models and a BERT, from a
/// directory and from the storage emulator; where the time went.
/// </summary>
internal static class ColdStarts
{
    private const int Tokens = 32;
    private static readonly string[] Parts = ["attest", "fetch", "unseal", "session", "warm-up"];

    /// <summary>Runs it; each round starts every model from every place once.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new CommandArguments(arguments);
        var drawings = options.Value("--svg");
        var (context, json) = Study.Begin([.. options.Rest]);
        using var bounded = context;
        await using var emulator = await QueueService.TryStartAsync(CancellationToken.None);
        var starts = await StartsAsync(context, emulator);
        for (var round = 0; round < context.Rounds; round++)
        {
            foreach (var start in starts)
            {
                start.Results.Add(await new ColdStartRun(start.Stack, start.Model.Name, start.Rows, held: true).RunAsync(CancellationToken.None));
            }
        }

        if (drawings is not null)
        {
            Directory.CreateDirectory(drawings);
            foreach (var start in starts)
            {
                await File.WriteAllTextAsync(
                    Path.Combine(drawings, $"{start.Model.Name}-{start.Place}.svg"),
                    TimelinePlot.Draw(start.Middle.Timeline, Figures.Format($"{start.Model.Name} from {start.Place}: first answer after {start.Middle.Total:0.00} s")));
            }
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(starts.Select(start => start.ToJson()), StrictJson.Indented));
            return 0;
        }

        return Study.Print(
            json,
            $"seconds, medians of {context.Rounds} rounds; the request comes when the front end listens and is held",
            ["model", "from", "MB", "listens", .. Parts, "ready", "first answer"],
            [.. starts.Select(start => start.ToRow())]);
    }

    private static async Task<List<Start>> StartsAsync(BenchContext context, QueueService? emulator)
    {
        var langid = await context.SampleAsync("langid", "text-classification", "--vocabulary", Sample("langid", "vocab.txt"));
        var digits = await context.SampleAsync("digits", "image-classification");
        var shape = context.Quick ? context.MiniLm : BertShape.Base;
        var bert = await context.BertAsync(shape, ModelTask.TextClassification, CancellationToken.None);
        var texts = context["first.jsonl"];
        await File.WriteAllTextAsync(texts, JsonSerializer.Serialize(new { text = BertVocabulary.Text(new SeededNoise(1), shape.Vocabulary, Tokens) }));
        var starts = new List<Start>();
        foreach (var (model, rows) in new[] { (digits, Sample("digits", "heldout.jsonl")), (langid, Sample("langid", "heldout.jsonl")), (bert, texts) })
        {
            starts.Add(new Start(model, "directory", rows, await context.StackAsync(model, [], [], CancellationToken.None)));
            if (emulator is not null)
            {
                var container = $"{emulator.Blobs.Uri}/models-{starts.Count}";
                var package = Directory.EnumerateFiles(model.Store, "*", SearchOption.AllDirectories).MaxBy(file => new FileInfo(file).Length)!;
                await ModelStores.Open(container, emulator.ConnectionString).AddAsync(package, makeDefault: true, CancellationToken.None);
                var secrets = new Dictionary<string, string> { ["Models:StoreConnectionString"] = emulator.ConnectionString };
                starts.Add(new Start(model, "emulator", rows, await context.StackAsync(model, [], secrets, CancellationToken.None) with { Models = container }));
            }
        }

        return starts;
    }

    private static string Sample(string model, string file) => Path.Combine(Repository.Samples, model, file);

    private sealed record Start(BenchModel Model, string Place, string Rows, LocalStackOptions Stack)
    {
        public List<ColdStartResult> Results { get; } = [];

        public ColdStartResult Middle => Results.OrderBy(result => result.Total).ElementAt(Results.Count / 2);

        public IReadOnlyList<string> ToRow() =>
        [
            Model.Name, Place, Figures.Format($"{Model.Bytes / 1e6:0.0}"), Seconds("listening"), .. Parts.Select(Seconds),
            Figures.Format($"{Figures.Median(Results.Select(result => result.Ready)):0.00}"),
            Figures.Format($"{Figures.Median(Results.Select(result => result.Total)):0.00}"),
        ];

        public object ToJson() => new
        {
            model = Model.Name,
            from = Place,
            bytes = Model.Bytes,
            firstAnswers = Results.Select(result => result.Total),
            readies = Results.Select(result => result.Ready),
            steps = Middle.Timeline.Steps,
        };

        private string Seconds(string step)
        {
            var times = Results.SelectMany(result => result.Timeline.Steps).Where(one => one.Name == step).Select(one => one.End - one.Begin).ToList();
            return times.Count == 0 ? string.Empty : Figures.Format($"{Figures.Median(times):0.000}");
        }
    }
}
