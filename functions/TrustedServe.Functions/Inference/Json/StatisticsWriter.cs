using System.Text.Json;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>
/// Statistics as the protocol's extension writes them, summed over the workers of a model version; the member <c>trustedserve</c>
/// has what the extension has no place for, lane by lane.
/// </summary>
internal static class StatisticsWriter
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Writes the document.</summary>
    public static void Write(Utf8JsonWriter writer, ServedModel model, IReadOnlyList<ModelSnapshot> workers)
    {
        LaneSnapshot[] lanes = [.. workers.SelectMany(worker => worker.Lanes)];
        writer.WriteStartObject();
        writer.WriteStartArray("model_stats"u8);
        writer.WriteStartObject();
        writer.WriteString("name"u8, model.Name);
        writer.WriteString("version"u8, model.Version);
        writer.WriteNumber("last_inference"u8, workers.Max(worker => worker.LastAnswerUnixMilliseconds));
        writer.WriteNumber("inference_count"u8, (ulong)lanes.Sum(lane => lane.RunRows.Sum));
        writer.WriteNumber("execution_count"u8, Count(lanes.Select(lane => lane.RunRows)));
        WriteInferenceStats(writer, workers, lanes);
        WriteBatchStats(writer, lanes);
        WriteOwn(writer, workers);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteInferenceStats(Utf8JsonWriter writer, IReadOnlyList<ModelSnapshot> workers, LaneSnapshot[] lanes)
    {
        RunSizeSnapshot[] sizes = [.. lanes.SelectMany(lane => lane.RunSizes)];
        var runs = Sum(sizes, size => size.Runs);
        writer.WriteStartObject("inference_stats"u8);
        WriteDuration(writer, "success", Count(workers.Select(worker => worker.RequestSeconds)), workers.Sum(worker => worker.RequestSeconds.Sum));
        WriteDuration(writer, "fail", Sum(workers, worker => worker.Failed + worker.Refused + worker.Expired + worker.Cancelled), workers.Sum(worker => worker.UnansweredSeconds));
        WriteDuration(writer, "queue", Count(lanes.Select(lane => lane.QueueSeconds)), lanes.Sum(lane => lane.QueueSeconds.Sum));
        WriteDuration(writer, "compute_input", runs, sizes.Sum(size => size.InputSeconds));
        WriteDuration(writer, "compute_infer", runs, sizes.Sum(size => size.EngineSeconds));
        WriteDuration(writer, "compute_output", runs, sizes.Sum(size => size.OutputSeconds));
        WriteDuration(writer, "cache_hit", 0, 0);
        WriteDuration(writer, "cache_miss", 0, 0);
        writer.WriteEndObject();
    }

    private static void WriteBatchStats(Utf8JsonWriter writer, LaneSnapshot[] lanes)
    {
        writer.WriteStartArray("batch_stats"u8);
        foreach (var sizes in lanes.SelectMany(lane => lane.RunSizes).Where(size => size.Rows > 0).GroupBy(size => size.Rows).OrderBy(size => size.Key))
        {
            var runs = Sum(sizes, size => size.Runs);
            writer.WriteStartObject();
            writer.WriteNumber("batch_size"u8, sizes.Key);
            WriteDuration(writer, "compute_input", runs, sizes.Sum(size => size.InputSeconds));
            WriteDuration(writer, "compute_infer", runs, sizes.Sum(size => size.EngineSeconds));
            WriteDuration(writer, "compute_output", runs, sizes.Sum(size => size.OutputSeconds));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteOwn(Utf8JsonWriter writer, IReadOnlyList<ModelSnapshot> workers)
    {
        writer.WriteStartObject("trustedserve"u8);
        writer.WriteStartArray("workers"u8);
        foreach (var worker in workers)
        {
            writer.WriteStartObject();
            writer.WriteNumber("failed"u8, worker.Failed);
            writer.WriteNumber("refused"u8, worker.Refused);
            writer.WriteNumber("expired"u8, worker.Expired);
            writer.WriteNumber("cancelled"u8, worker.Cancelled);
            writer.WriteNumber("waiting"u8, worker.Waiting);
            writer.WriteNumber("waiting_tokens"u8, worker.WaitingTokens);
            writer.WriteNumber("seconds_per_row"u8, worker.SecondsPerRow);
            writer.WriteNumber("seconds_per_token"u8, worker.SecondsPerToken);
            WriteHistogram(writer, "request_seconds", worker.RequestSeconds);
            writer.WriteStartArray("lanes"u8);
            foreach (var lane in worker.Lanes)
            {
                WriteLane(writer, lane);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteLane(Utf8JsonWriter writer, LaneSnapshot lane)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, lane.Index);
        writer.WriteNumber("core"u8, lane.Core);
        writer.WriteNumber("failed_runs"u8, lane.FailedRuns);
        WriteHistogram(writer, "queue_seconds", lane.QueueSeconds);
        WriteHistogram(writer, "request_rows", lane.RequestRows);
        WriteHistogram(writer, "compute_seconds", lane.ComputeSeconds);
        WriteHistogram(writer, "run_rows", lane.RunRows);
        WriteHistogram(writer, "run_requests", lane.RunRequests);
        WriteHistogram(writer, "padding", lane.Padding);
        WriteHistogram(writer, "tokens_per_second", lane.TokensPerSecond);
        writer.WriteEndObject();
    }

    private static void WriteHistogram(Utf8JsonWriter writer, string name, HistogramSnapshot histogram)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("bounds"u8);
        foreach (var bound in histogram.Bounds)
        {
            writer.WriteNumberValue(bound);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("counts"u8);
        foreach (var count in histogram.Counts)
        {
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
        writer.WriteNumber("sum"u8, histogram.Sum);
        writer.WriteEndObject();
    }

    private static void WriteDuration(Utf8JsonWriter writer, string name, ulong count, double seconds)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("count"u8, count);
        writer.WriteNumber("ns"u8, (ulong)(seconds * NanosecondsPerSecond));
        writer.WriteEndObject();
    }

    private static ulong Count(IEnumerable<HistogramSnapshot> histograms) => Sum(histograms.SelectMany(histogram => histogram.Counts), count => count);

    private static ulong Sum<T>(IEnumerable<T> items, Func<T, ulong> of) => items.Aggregate(0UL, (sum, item) => sum + of(item));
}
