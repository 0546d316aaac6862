using System.Diagnostics;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Studies;

/// <summary><c>loss</c>: a worker is killed under load: how soon its callers hear of it, and how soon it is back, beside its first start.</summary>
internal static class Loss
{
    private const int Tokens = 32;
    private const int Callers = 4;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs it; every round starts the model anew.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (context, json) = Study.Begin(arguments);
        using var bounded = context;
        var rows = new List<IReadOnlyList<string>>();
        foreach (var shape in new[] { context.MiniLm, BertShape.Base })
        {
            var model = await context.BertAsync(shape, ModelTask.Tensor, CancellationToken.None);
            var (told, first, back, start) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < context.Rounds; round++)
            {
                // Nobody is held: who calls while the model starts is told so at once.
                await using var served = await ServedModel.StartAsync(context, model, authorised: false, CancellationToken.None, new() { ["Http:HoldSeconds"] = "0" });
                start.Add(served.Timeline.Steps.First(step => step.Name == "every model is ready").End - served.Timeline.Steps.First(step => step.Name == "process started").End);
                var one = await MeasureAsync(served);
                told.Add(one.Told * 1000);
                first.Add(one.FirstTold * 1000);
                back.Add(one.Back);
            }

            rows.Add([shape.Name, .. new[] { first, told }.Select(values => Figures.Format($"{Figures.Median(values):0}")), Figures.Format($"{Figures.Median(back):0.00}"), Figures.Format($"{Figures.Median(start):0.00}"), Figures.Format($"{Figures.Median([.. back.Zip(start, (b, s) => b / s)]):0.00}")]);
        }

        return Study.Print(
            json,
            $"SIGKILL under {Callers} callers with {Tokens} tokens each, medians of {context.Rounds} rounds; from the kill",
            ["model", "first caller told ms", "last caller in hand told ms", "answers again after s", "first start of the worker s", "÷"],
            rows);
    }

    private static async Task<(double FirstTold, double Told, double Back)> MeasureAsync(ServedModel served)
    {
        var requests = served.Tensors(Tokens);
        long killed = 0;
        long back = 0;
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Factory.StartNew(() => Call(caller), TaskCreationOptions.LongRunning)).ToList();
        await Task.Delay(Before);
        Volatile.Write(ref killed, Stopwatch.GetTimestamp());
        Processes.Signal(served.Worker, "KILL");
        var told = (await Task.WhenAll(callers)).OfType<long>().Order().ToList();
        return (Since(told[0]), Since(told[^1]), Since(back));

        double Since(long moment) => Stopwatch.GetElapsedTime(killed, moment).TotalSeconds;

        // When the call that was in hand at the kill ended without an answer; null when it got one.
        long? Call(int caller)
        {
            var wire = new LoadConnection(served.Address, Limit);
            long? told = null;
            try
            {
                for (var number = caller; Volatile.Read(ref back) == 0; number += Callers)
                {
                    var sent = Stopwatch.GetTimestamp();
                    var outcome = wire.Exchange(requests[number % requests.Count], look: true);
                    var (now, kill) = (Stopwatch.GetTimestamp(), Volatile.Read(ref killed));
                    if (outcome is LoadConnection.Fine)
                    {
                        // An answer that was on its way at the kill is none of the new worker.
                        if (kill != 0 && sent > kill && told is not null)
                        {
                            Interlocked.CompareExchange(ref back, now, 0);
                        }

                        continue;
                    }

                    told ??= kill != 0 ? now : throw new InvalidOperationException($"A call failed before the worker was killed: {outcome}.");
                    wire.Dispose();
                    wire = new LoadConnection(served.Address, Limit);
                    Thread.Sleep(Pause);
                    if (kill != 0 && Stopwatch.GetElapsedTime(kill) > Limit)
                    {
                        throw new TimeoutException("The worker did not come back.");
                    }
                }
            }
            finally
            {
                wire.Dispose();
            }

            return told;
        }
    }
}
