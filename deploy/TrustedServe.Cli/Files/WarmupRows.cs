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
    public static IReadOnlyList<WarmupSample> Read(string file, string onnxFile, int count)
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
                return Sample(document.RootElement, onnxFile);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw TsfErrors.Usage.With($"Line {number + 1} of {file} is not a warm-up sample: {exception.Message}", exception);
            }
        })];
    }

    private static WarmupSample Sample(JsonElement row, string onnxFile)
    {
        if (row.TryGetProperty("inputs", out _))
        {
            return row.Deserialize<WarmupSample>(StrictJson.Compact)!;
        }

        var logits = row.GetProperty("logits").Deserialize<JsonElement[]>()!;
        return new WarmupSample
        {
            Inputs = [row.TryGetProperty("text", out var text) ? new SampleTensor("text", Datatype.Bytes, [1], [text.Clone()]) : Image(row.GetProperty("image"), onnxFile)],
            Outputs = [new SampleTensor("logits", Datatype.Fp32, [1, logits.Length], logits)],
        };
    }

    private static SampleTensor Image(JsonElement image, string onnxFile)
    {
        var input = GraphInspector.Inspect(OnnxFile.Read(onnxFile)).Inputs[0];
        return new SampleTensor(input.Name, input.Datatype, [.. input.Shape.Select(dimension => Math.Max(dimension, 1))], image.Deserialize<JsonElement[]>()!);
    }
}
