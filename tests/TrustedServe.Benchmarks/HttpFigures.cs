using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks;

/// <summary>Closed-loop load on a served sample model: 2 connections, everything on the same cores.</summary>
internal static partial class HttpFigures
{
    private const int Connections = 2;

    /// <summary>Seals and serves both samples, then loads one after the other.</summary>
    public static async Task<int> RunAsync(int seconds)
    {
        using var work = new TemporaryDirectory();
        await ServeableAsync(work, "langid", "text-classification", "--vocabulary", Path.Combine(Repository.Samples, "langid", "vocab.txt"));
        await ServeableAsync(work, "digits", "image-classification");
        using var serve = TrustedServeCommand.Start(work.Path, work["home"], "serve", "--models", work["models"], "--insecure-simulated-evidence", "--listen", "http://127.0.0.1:0", "--health-listen", "http://127.0.0.1:0");
        await serve.WaitForAsync("every model is ready");
        var address = new Uri(Address().Match(await serve.WaitForAsync("listening on")).Value);
        Console.WriteLine("model    requests/s   p50 ms   p99 ms");
        foreach (var (model, bodies) in new[] { ("digits", Bodies("digits", image: true)), ("langid", Bodies("langid", image: false)) })
        {
            await LoadAsync(address, model, bodies, TimeSpan.FromSeconds(3));
            var times = await LoadAsync(address, model, bodies, TimeSpan.FromSeconds(seconds));
            Console.WriteLine(Figures.Format($"{model,-8} {times.Count / (double)seconds,10:0}   {Figures.Percentile(times, 0.5),6:0.000}   {Figures.Percentile(times, 0.99),6:0.000}"));
        }

        serve.Signal("INT");
        return await serve.WaitAsync();
    }

    private static async Task<List<double>> LoadAsync(Uri address, string model, byte[][] bodies, TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(async () =>
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
            var times = new List<double>(100_000);
            for (var i = connection; Stopwatch.GetTimestamp() < end; i++)
            {
                using var content = new ByteArrayContent(bodies[i % bodies.Length]);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var start = Stopwatch.GetTimestamp();
                using var response = await http.PostAsync(new Uri($"/v2/models/{model}/infer", UriKind.Relative), content);
                await response.Content.ReadAsByteArrayAsync();
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                response.EnsureSuccessStatusCode();
            }

            return times;
        })));
        return [.. all.SelectMany(times => times).Order()];
    }

    private static byte[][] Bodies(string model, bool image) => [.. File.ReadLines(Path.Combine(Repository.Samples, model, "heldout.jsonl")).Select(line =>
    {
        using var document = JsonDocument.Parse(line);
        return Encoding.UTF8.GetBytes(image
            ? $$"""{"inputs":[{"name":"image","shape":[1,1,8,8],"datatype":"FP32","data":{{document.RootElement.GetProperty("image").GetRawText()}}}]}"""
            : $$"""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":[{{document.RootElement.GetProperty("text").GetRawText()}}]}]}""");
    })];

    private static async Task ServeableAsync(TemporaryDirectory work, string model, string task, params string[] more)
    {
        var samples = Path.Combine(Repository.Samples, model);
        await MustAsync(["model", "pack", Path.Combine(samples, "model.onnx"), "--name", model, "--task", task, "--labels", Path.Combine(samples, "labels.txt"), "--out", work[model], .. more]);
        await MustAsync("key", "create", $"kbs:///bench/key/{model}", "--package", work[model]);
        await MustAsync("model", "seal", work[model], "--key", $"kbs:///bench/key/{model}", "--to", work["models"]);

        async Task MustAsync(params string[] arguments)
        {
            var (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);
            if (exitCode != 0)
            {
                throw new InvalidOperationException(output);
            }
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
