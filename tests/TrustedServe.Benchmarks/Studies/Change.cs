using System.Diagnostics;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Bench.Histograms;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Studies;

/// <summary><c>change</c>: latency while a worker goes over from mapped weights to prepacked ones, under load.</summary>
internal static class Change
{
    private const int Tokens = 32;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    /// <summary>Runs it; every round starts the model anew.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (context, json) = Study.Begin(arguments);
        using var bounded = context;
        var rows = new List<IReadOnlyList<string>>();
        foreach (var shape in new[] { context.MiniLm, BertShape.Base, context.Large })
        {
            var model = await context.BertAsync(shape, ModelTask.Tensor, CancellationToken.None);
            var (during, after, failed, seconds) = (new LatencyHistogram(), new LatencyHistogram(), 0L, new List<double>());
            for (var round = 0; round < context.Rounds; round++)
            {
                await using var served = await ServedModel.StartAsync(context, model, authorised: false, CancellationToken.None);
                var one = await MeasureAsync(served, context);
                during.Add(one.During);
                after.Add(one.After);
                failed += one.Failed;
                seconds.Add(one.Seconds);
            }

            rows.Add([shape.Name, Figures.Format($"{Figures.Median(seconds):0.00}"), .. Latencies(during), .. Latencies(after), $"{failed}"]);
        }

        return Study.Print(
            json,
            $"{Tokens} tokens, {context.Lanes} connections, {context.Rounds} starts of each model; from readiness until the weights' files are gone, and afterwards",
            ["model", "change s", "during: answers", "p50 ms", "p99 ms", "after: answers", "p50 ms ", "p99 ms ", "failed"],
            rows);
    }

    private static async Task<(LatencyHistogram During, LatencyHistogram After, long Failed, double Seconds)> MeasureAsync(ServedModel served, BenchContext context)
    {
        var requests = served.Tensors(Tokens);
        var begun = Stopwatch.GetTimestamp();
        long changed = 0;
        var callers = Enumerable.Range(0, context.Lanes).Select(caller => Task.Factory.StartNew(() => Call(caller), TaskCreationOptions.LongRunning)).ToList();
        while (Directory.EnumerateFiles(served.WeightsDirectory, "*", SearchOption.AllDirectories).Any() && Stopwatch.GetElapsedTime(begun) < Limit)
        {
            await Task.Delay(Look);
        }

        Volatile.Write(ref changed, Stopwatch.GetTimestamp());
        var tallies = await Task.WhenAll(callers);
        var (during, after) = (new LatencyHistogram(), new LatencyHistogram());
        foreach (var tally in tallies)
        {
            during.Add(tally.During);
            after.Add(tally.After);
        }

        return (during, after, tallies.Sum(tally => tally.Failed), Stopwatch.GetElapsedTime(begun, changed).TotalSeconds);

        (LatencyHistogram During, LatencyHistogram After, long Failed) Call(int caller)
        {
            using var wire = new LoadConnection(served.Address, Limit);
            var (during, after, failed) = (new LatencyHistogram(), new LatencyHistogram(), 0L);
            for (var number = caller; ; number += context.Lanes)
            {
                var end = Volatile.Read(ref changed);
                if (end != 0 && Stopwatch.GetElapsedTime(end) > context.SmallRound)
                {
                    return (during, after, failed);
                }

                var sent = Stopwatch.GetTimestamp();
                var outcome = wire.Exchange(requests[number % requests.Count], look: true);
                (end == 0 ? during : after).Record((long)Stopwatch.GetElapsedTime(sent).TotalMicroseconds);
                failed += outcome is LoadConnection.Fine ? 0 : 1;
            }
        }
    }

    private static string[] Latencies(LatencyHistogram latency) =>
        [$"{latency.Count}", Figures.Format($"{latency.Percentile(0.5) / 1000.0:0.0}"), Figures.Format($"{latency.Percentile(0.99) / 1000.0:0.0}")];
}
