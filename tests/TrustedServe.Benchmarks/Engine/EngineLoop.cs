using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Engine;

/// <summary>The engine called in a loop with nothing around it: one session, called by several threads.</summary>
internal sealed class EngineLoop : IDisposable
{
    private readonly InferenceSession session;
    private readonly bool tokenTypes;

    /// <summary>Opens the graph of a package.</summary>
    public EngineLoop(string graph)
        : this(graph, mapped: false)
    {
    }

    private EngineLoop(string graph, bool mapped)
    {
        using var options = EngineOptions.For(Manifest.Parse(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(graph)!, PackagePath.Manifest))));
        if (mapped)
        {
            options.IntraOpNumThreads = Environment.ProcessorCount;
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
            options.AddSessionConfigEntry("session.disable_prepacking", "1");
        }

        session = new InferenceSession(graph, options);
        tokenTypes = session.InputMetadata.ContainsKey("token_type_ids");
    }

    /// <summary>Seconds from a graph that was optimised ahead of time to its first answer, with nothing around it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="call">What is asked.</param>
    /// <param name="mapped">Whether the weights are used where they lie, which is there at once, by a call on all cores; otherwise they are prepacked first.</param>
    public static double FirstAnswer(string graph, EngineCall call, bool mapped)
    {
        var start = Stopwatch.GetTimestamp();
        using var engine = new EngineLoop(graph, mapped);
        engine.Call(call);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Calls again and again, after one call of each thread to warm up.</summary>
    public Task<EngineRate> RunAsync(IReadOnlyList<EngineCall> calls, TimeSpan duration, int threads) => Task.Run(() =>
    {
        var rates = new EngineRate[threads];
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() => rates[thread] = Work(calls, thread, threads, duration))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return new EngineRate(rates.Sum(rate => rate.Rows), rates.Sum(rate => rate.Tokens));
    });

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private EngineRate Work(IReadOnlyList<EngineCall> calls, int thread, int threads, TimeSpan duration)
    {
        Call(calls[thread % calls.Count]);
        long rows = 0, tokens = 0;
        var start = Stopwatch.GetTimestamp();
        for (var number = thread; Stopwatch.GetElapsedTime(start) < duration; number += threads)
        {
            var call = calls[number % calls.Count];
            Call(call);
            rows += call.Rows;
            tokens += call.Tokens;
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new EngineRate(rows / seconds, tokens / seconds);
    }

    private void Call(EngineCall call)
    {
        long[] shape = [call.Rows, call.Width];
        using var ids = OrtValue.CreateTensorValueFromMemory(call.Ids, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(call.Mask, shape);
        using var types = OrtValue.CreateTensorValueFromMemory(tokenTypes ? new long[call.Ids.Length] : [0], tokenTypes ? shape : [1]);
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = ids, ["attention_mask"] = mask };
        if (tokenTypes)
        {
            inputs["token_type_ids"] = types;
        }

        using var options = new RunOptions();
        using var outputs = session.Run(options, inputs, session.OutputNames);
    }
}
