using System.Text;
using System.Text.Json;
using TrustedServe.Benchmarks.Serving;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>What a served classifier prefers for each row of a file, when one caller asks for many at once.</summary>
/// <param name="Labels">The best label of each row.</param>
/// <param name="RequestsARun">How many of them shared a run in the mean: where a graph quantizes as it computes, they touch each other's scores.</param>
internal sealed record TopLabels(IReadOnlyList<string> Labels, double RequestsARun)
{
    private const int AtOnceALane = 8;

    /// <summary>Asks.</summary>
    public static async Task<TopLabels> OfAsync(BenchContext context, BenchModel model, string rows, CancellationToken cancellationToken)
    {
        await using var served = await ServedModel.StartAsync(context, model, authorised: true, cancellationToken);
        using var http = served.Client();
        var requests = served.Rows(rows);
        var labels = new string[requests.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnceALane * context.Lanes, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, requests.Count, options, async (row, stopping) =>
        {
            var bytes = requests[row].Bytes;
            using var content = new ReadOnlyMemoryContent(bytes[(bytes.Span.IndexOf("\r\n\r\n"u8) + 4)..]) { Headers = { ContentType = new("application/json") } };
            using var response = await http.PostAsync(new Uri($"/v2/models/{model.Name}/infer", UriKind.Relative), content, stopping);
            var answer = await response.Content.ReadAsByteArrayAsync(stopping);
            using var document = response.IsSuccessStatusCode ? JsonDocument.Parse(answer) : throw new InvalidOperationException(Encoding.UTF8.GetString(answer));
            labels[row] = document.RootElement.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == "labels").GetProperty("data")[0].GetString()!;
        });

        return new TopLabels(labels, await served.RequestsARunAsync(cancellationToken));
    }
}
