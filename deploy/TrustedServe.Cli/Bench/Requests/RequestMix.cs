using System.Text.Json;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench.Requests;

/// <summary>The requests of a run for one model.</summary>
internal sealed class RequestMix(Uri address, string model, string? apiKey)
{
    private const int MaxRows = 10_000;
    private const long MaxRowsBytes = 64 << 20;
    private const int Texts = 1_024;

    /// <summary>
    /// From a file of JSON lines: <c>{"text"}</c>, <c>{"image"}</c> (pixels of one picture) or a whole request with <c>inputs</c>.
    /// </summary>
    /// <exception cref="TsfException">TSF0010.</exception>
    public List<PreparedRequest> FromRows(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > MaxRowsBytes })
        {
            throw TsfErrors.Usage.With($"{file} is larger than {MaxRowsBytes} bytes.");
        }

        var requests = File.ReadLines(file).Where(line => line.Length > 0).Take(MaxRows).Select((line, number) => FromRow(line, number + 1)).ToList();
        return requests.Count > 0 ? requests : throw TsfErrors.Usage.With($"{file} has no rows.");
    }

    /// <summary>Invented texts whose lengths follow a distribution.</summary>
    /// <param name="lengths">The distribution.</param>
    /// <param name="words">Words of one token each.</param>
    /// <param name="rows">Rows in a request.</param>
    /// <param name="seed">Of lengths and words.</param>
    public List<PreparedRequest> FromTexts(LengthDistribution lengths, IReadOnlyList<string> words, int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Texts).Select(_ =>
        {
            var tokens = Enumerable.Range(0, rows).Select(_ => lengths.Draw(random)).ToList();

            // Two of a row's tokens are its beginning and its end.
            var texts = tokens.Select(length => string.Join(' ', Enumerable.Range(0, length - 2).Select(_ => words[random.Next(words.Count)])));
            return Infer($$"""{"inputs":[{"name":"text","shape":[{{rows}}],"datatype":"BYTES","data":{{JsonSerializer.Serialize(texts)}}}]}""", rows, tokens.Sum());
        })];
    }

    private PreparedRequest FromRow(string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
            {
                return Infer($$"""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":[{{text.GetRawText()}}]}]}""", 1, 0);
            }

            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("image", out var image) && image.ValueKind == JsonValueKind.Array)
            {
                var shape = image[0].ValueKind == JsonValueKind.Array ? $"[1,1,{image.GetArrayLength()},{image[0].GetArrayLength()}]" : Square(image.GetArrayLength());
                return Infer($$"""{"inputs":[{"name":"image","shape":{{shape}},"datatype":"FP32","data":{{image.GetRawText()}}}]}""", 1, 0);
            }

            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("inputs", out var inputs) && inputs is { ValueKind: JsonValueKind.Array } && inputs.GetArrayLength() > 0)
            {
                var first = inputs[0].TryGetProperty("shape", out var shape) && shape is { ValueKind: JsonValueKind.Array } && shape.GetArrayLength() > 0 && shape[0].TryGetInt32(out var rows) ? rows : 1;
                return Infer(line, Math.Max(1, first), 0);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            // Said below with the number of the line.
        }

        throw TsfErrors.Usage.With($"Row {number} is not an object with a text, an image or inputs.");
    }

    private static string Square(int pixels) => (int)Math.Sqrt(pixels) is var side && side * side == pixels
        ? $"[1,1,{side},{side}]"
        : throw TsfErrors.Usage.With($"A picture of {pixels} pixels is not a square: give a whole request with its shape.");

    private PreparedRequest Infer(string json, int rows, int tokens) =>
        PreparedRequest.Post(address, $"/v2/models/{Uri.EscapeDataString(model)}/infer", apiKey, json, rows, tokens);
}
