using System.Diagnostics;
using System.Text.Json;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Engine;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Demo;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Rows per second of a sealed batch job from its message to its result ÷ the engine called in a loop.</summary>
internal sealed class BatchScoring : ITarget
{
    private const int Tokens = 32;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <inheritdoc/>
    public string Name => "batch";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var queue = await QueueService.TryStartAsync(cancellationToken);
        if (queue is null)
        {
            return [TargetRow.Missing("batch scoring ÷ engine loop", "≥ 0.95", "the storage emulator is not available")];
        }

        var model = await context.BertAsync(context.MiniLm, ModelTask.TextClassification, cancellationToken);
        var rows = context.Quick ? 400 : 2_000;
        var keyId = KeyId.Parse("kbs:///bench/rows-key/texts");
        using var key = Publisher.CreateRowsKey(context["home/broker"], keyId, model.Name);
        await UploadAsync(context, queue, model, keyId, key, rows, cancellationToken);
        var (settings, secrets) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        queue.Configure(settings, secrets);
        await using var served = await ServedModel.StartAsync(context, model, authorised: false, cancellationToken, settings, secrets);
        using var engine = new EngineLoop(model.Graph);
        var calls = EngineCall.Singles(Tokens, model.Shape!.Vocabulary);
        var job = 0;
        var rounds = await Rounds.MeasureAsync(
            context,
            () => JobAsync(queue, model, rows, $"bench-{job++}", cancellationToken),
            async () => (await engine.RunAsync(calls, context.SmallRound, context.Lanes)).Rows);
        return
        [
            TargetRow.AtLeast("batch scoring ÷ engine loop", 0.95, rounds.Ratios,
                $"{rounds.Middles("rows/s")} of {Tokens} tokens, {model.Shape.Name}: {rows} sealed rows from message to result blob (polling and storage emulator on the same cores) ÷ one session called by {context.Lanes} threads"),
        ];
    }

    private static async Task UploadAsync(BenchContext context, QueueService queue, BenchModel model, KeyId keyId, KeyRecord key, int rows, CancellationToken cancellationToken)
    {
        var noise = new SeededNoise(3);
        var plain = context["texts.jsonl"];
        await File.WriteAllLinesAsync(plain, Enumerable.Range(0, rows).Select(row => $$"""{"id":"{{row}}","text":"{{BertVocabulary.Text(noise, model.Shape!.Vocabulary, Tokens)}}"}"""), cancellationToken);
        var file = context["texts.rows"];
        await RowsFile.SealFileAsync(plain, file, RowsRole.Input, $"{QueueService.InputContainer}/texts.rows", keyId, key, cancellationToken);
        await queue.Blobs.GetBlobContainerClient(QueueService.InputContainer).GetBlobClient("texts.rows").UploadAsync(file, overwrite: true, cancellationToken);
    }

    private static async Task<double> JobAsync(QueueService queue, BenchModel model, int rows, string id, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var start = Stopwatch.GetTimestamp();
        await queue.Queue.SendMessageAsync(
            JsonSerializer.Serialize(new { id, model = model.Name, input = $"{QueueService.InputContainer}/texts.rows", output = $"{QueueService.OutputContainer}/{id}.rows", format = "jsonl" }),
            limit.Token);
        var output = queue.Blobs.GetBlobContainerClient(QueueService.OutputContainer).GetBlobClient($"{id}.rows");
        while (!await output.ExistsAsync(limit.Token))
        {
            await Task.Delay(20, limit.Token);
        }

        return rows / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
