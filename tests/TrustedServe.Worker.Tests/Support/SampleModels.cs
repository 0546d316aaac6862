using System.Text.Json;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Testing;

namespace TrustedServe.Worker.Tests.Support;

/// <summary>The sample models with manifests, and their held-out rows.</summary>
internal static class SampleModels
{
    public static string Langid => Path.Combine(Repository.Samples, "langid");

    public static string Digits => Path.Combine(Repository.Samples, "digits");

    public static Manifest LangidManifest(bool truncate = false, params WarmupSample[] warmup) => new()
    {
        FormatVersion = 1,
        Name = "langid",
        Version = "1",
        Task = ModelTask.TextClassification,
        Graph = "model.onnx",
        Inputs = [.. new[] { "input_ids", "attention_mask", "token_type_ids" }.Select(name => new TensorSpec(name, Datatype.Int64, [-1, -1]))],
        Outputs = [new TensorSpec("logits", Datatype.Fp32, [-1, 11])],
        Precision = "fp32",
        MaxSequence = 128,
        Labels = File.ReadAllLines(Path.Combine(Langid, "labels.txt")),
        Tokenizer = new TokenizerSpec { Vocabulary = "vocab.txt", Truncate = truncate },
        Warmup = warmup,
        Files = [],
    };

    public static Manifest DigitsManifest(params WarmupSample[] warmup) => new()
    {
        FormatVersion = 1,
        Name = "digits",
        Version = "1",
        Task = ModelTask.ImageClassification,
        Graph = "model.onnx",
        Inputs = [new TensorSpec("image", Datatype.Fp32, [-1, 1, 8, 8])],
        Outputs = [new TensorSpec("logits", Datatype.Fp32, [-1, 10])],
        Precision = "fp32",
        Labels = File.ReadAllLines(Path.Combine(Digits, "labels.txt")),
        Warmup = warmup,
        Files = [],
    };

    public static Manifest TensorManifest(TensorSpec[] inputs, TensorSpec[] outputs) => new()
    {
        FormatVersion = 1,
        Name = "tensors",
        Version = "1",
        Task = ModelTask.Tensor,
        Graph = "model.onnx",
        Inputs = inputs,
        Outputs = outputs,
        Precision = "fp32",
        Files = [],
    };

    public static List<TextRow> LangidRows() => [.. Rows(Langid).Select(row => new TextRow(
        row.GetProperty("text").GetString()!,
        [.. row.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())],
        Floats(row.GetProperty("logits"))))];

    public static List<ImageRow> DigitsRows() => [.. Rows(Digits).Select(row => new ImageRow(
        Floats(row.GetProperty("image")), Floats(row.GetProperty("logits"))))];

    private static IEnumerable<JsonElement> Rows(string model) =>
        File.ReadLines(Path.Combine(model, "heldout.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line));

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetSingle())];

    internal sealed record TextRow(string Text, int[] Ids, float[] Logits);

    internal sealed record ImageRow(float[] Image, float[] Logits);
}
