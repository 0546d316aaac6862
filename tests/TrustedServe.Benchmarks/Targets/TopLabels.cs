using System.Text;
using System.Text.Json;
using TrustedServe.Benchmarks.Serving;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>What a served classifier prefers for each row of a file.</summary>
internal static class TopLabels
{
    /// <summary>The best label of each row.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(BenchContext context, BenchModel model, string rows, CancellationToken cancellationToken)
    {
        await using var served = await ServedModel.StartAsync(context, model, authorised: false, cancellationToken);
        using var http = new HttpClient { BaseAddress = served.Address };
        var labels = new List<string>();
        foreach (var request in served.Rows(rows))
        {
            var bytes = request.Bytes.Span;
            var body = bytes[(bytes.IndexOf("\r\n\r\n"u8) + 4)..].ToArray();
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var response = await http.PostAsync(new Uri($"/v2/models/{model.Name}/infer", UriKind.Relative), content, cancellationToken);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            using var document = response.IsSuccessStatusCode ? JsonDocument.Parse(answer) : throw new InvalidOperationException(Encoding.UTF8.GetString(answer));
            labels.Add(document.RootElement.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == "labels").GetProperty("data")[0].GetString()!);
        }

        return labels;
    }
}
