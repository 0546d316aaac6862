using System.Text;
using System.Text.Json;
using TrustedServe.Benchmarks.Serving;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>What a served classifier prefers for each row of a file.</summary>
internal static class TopLabels
{
    /// <summary>Requests at once, all of one caller: in a model that quantizes as it computes, rows of a run touch each other's scores.</summary>
    public const int AtOnce = 16;

    /// <summary>The best label of each row.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(BenchContext context, BenchModel model, string rows, CancellationToken cancellationToken)
    {
        await using var served = await ServedModel.StartAsync(context, model, authorised: true, cancellationToken);
        using var http = new HttpClient { BaseAddress = served.Address, DefaultRequestHeaders = { Authorization = new("Bearer", served.ApiKey) } };
        var requests = served.Rows(rows);
        var labels = new string[requests.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, requests.Count, options, async (row, stopping) =>
        {
            var bytes = requests[row].Bytes;
            var body = bytes[(bytes.Span.IndexOf("\r\n\r\n"u8) + 4)..];
            using var content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new("application/json") } };
            using var response = await http.PostAsync(new Uri($"/v2/models/{model.Name}/infer", UriKind.Relative), content, stopping);
            var answer = await response.Content.ReadAsByteArrayAsync(stopping);
            using var document = response.IsSuccessStatusCode ? JsonDocument.Parse(answer) : throw new InvalidOperationException(Encoding.UTF8.GetString(answer));
            labels[row] = document.RootElement.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == "labels").GetProperty("data")[0].GetString()!;
        });

        return labels;
    }
}
