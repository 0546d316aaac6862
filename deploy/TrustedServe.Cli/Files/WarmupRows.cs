using System.Text.Json;
using TrustedServe.Optimizer.Inspection;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Cli.Files;

/// <summary>
/// Warm-up samples from JSON lines: a classifier's row with its logits (<c>{"text":"…","logits":[…]}</c>,
/// <c>{"image":[…],"logits":[…]}</c>; other members are passed over), or a sample as the manifest writes it.
/// </summary>
internal static class WarmupRows
{
    /// <summary>Reads the first <paramref name="count"/> lines; the shape of an image is that of the graph's input.</summary>
    /// <exception cref="TsfException">TSF0008 when the file cannot be read, TSF0010 when a line is not such a row.</exception>
    public static IReadOnlyList<WarmupSample> Read(string file, string onnxFile, int count) =>
        Read(file, new Lazy<TensorSpec>(() => GraphInspector.Inspect(OnnxFile.Read(onnxFile)).Inputs[0]), count);

    /// <summary>The same for a model whose first input is known.</summary>
    /// <exception cref="TsfException">TSF0008, TSF0010.</exception>
    public static IReadOnlyList<WarmupSample> Read(string file, TensorSpec input, int count) => Read(file, new Lazy<TensorSpec>(input), count);

    private static IReadOnlyList<WarmupSample> Read(string file, Lazy<TensorSpec> input, int count)
    {
        if (!File.Exists(file))
        {
            throw TsfErrors.FileUnreadable.With($"{file} does not exist.");
        }

        return [.. File.ReadLines(file).Take(count).Select((line, number) =>
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                return Sample(document.RootElement, input);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw TsfErrors.Usage.With($"Line {number + 1} of {file} is not a warm-up sample: {exception.Message}", exception);
            }
        })];
    }

    private static WarmupSample Sample(JsonElement row, Lazy<TensorSpec> input)
    {
        if (row.TryGetProperty("inputs", out _))
        {
            return row.Deserialize<WarmupSample>(StrictJson.Compact)!;
        }

        var logits = row.GetProperty("logits").Deserialize<JsonElement[]>()!;
        return new WarmupSample
        {
            Inputs = [row.TryGetProperty("text", out var text) ? new SampleTensor("text", Datatype.Bytes, [1], [text.Clone()]) : Image(row.GetProperty("image"), input.Value)],
            Outputs = [new SampleTensor("logits", Datatype.Fp32, [1, logits.Length], logits)],
        };
    }

    private static SampleTensor Image(JsonElement image, TensorSpec input) =>
        new(input.Name, input.Datatype, [.. input.Shape.Select(dimension => Math.Max(dimension, 1))], image.Deserialize<JsonElement[]>()!);
}
