using System.Text.Json;

namespace TrustedServe.Cli.Demo;

/// <summary>A held-out row of a sample model: its input as JSON text, its label, and the logits that the training framework gave.</summary>
internal sealed record SampleRow(string Input, string Label, IReadOnlyList<double> Logits)
{
    /// <summary>The label that the expected logits stand for.</summary>
    public string ExpectedLabel(IReadOnlyList<string> labels) => labels[Logits.Select((value, index) => (value, index)).MaxBy(pair => pair.value).index];

    /// <summary>Reads <c>heldout.jsonl</c> of a sample model.</summary>
    public static IReadOnlyList<SampleRow> Read(string file) => [.. File.ReadLines(file).Select(line =>
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var input = root.TryGetProperty("text", out var text) ? text : root.GetProperty("image");
        var label = root.GetProperty("label");
        return new SampleRow(
            input.GetRawText(),
            label.ValueKind == JsonValueKind.String ? label.GetString()! : label.GetRawText(),
            [.. root.GetProperty("logits").EnumerateArray().Select(value => value.GetDouble())]);
    })];
}
