using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace TrustedServe.Benchmarks.Engine;

/// <summary>The engine called in a loop with nothing around it: one session, one calling thread a core.</summary>
internal sealed class EngineLoop : IDisposable
{
    private const int Distinct = 16;
    private readonly InferenceSession session;
    private readonly bool tokenTypes;

    /// <summary>Opens a graph.</summary>
    public EngineLoop(string graph)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        session = new InferenceSession(graph, options);
        tokenTypes = session.InputMetadata.ContainsKey("token_type_ids");
    }

    /// <summary>Sequences per second.</summary>
    /// <param name="tokens">Tokens of each sequence.</param>
    /// <param name="batch">Sequences in a call.</param>
    /// <param name="vocabulary">Ids are below this.</param>
    /// <param name="duration">How long; after one call to warm up.</param>
    /// <param name="threads">Threads that call.</param>
    public Task<double> RunAsync(int tokens, int batch, int vocabulary, TimeSpan duration, int threads) => Task.Run(() =>
    {
        var rates = new double[threads];
        var workers = Enumerable.Range(0, threads).Select(thread => new Thread(() => rates[thread] = Work(tokens, batch, vocabulary, duration, (ulong)thread))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return rates.Sum();
    });

    /// <summary>Calls once.</summary>
    public void Once(int tokens, int vocabulary) => Work(tokens, 1, vocabulary, TimeSpan.Zero, 0);

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private double Work(int tokens, int batch, int vocabulary, TimeSpan duration, ulong seed)
    {
        var noise = new Bert.SeededNoise(seed);
        var all = Enumerable.Range(0, Distinct).Select(_ => Enumerable.Range(0, tokens * batch).Select(_ => (long)noise.Below(vocabulary)).ToArray()).ToList();
        long[] shape = [batch, tokens];
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, tokens * batch).ToArray(), shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[tokens * batch], shape);
        using var options = new RunOptions();
        Call(0);
        var calls = 0;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            Call(calls++);
        }

        return calls * batch / Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Call(int number)
        {
            using var ids = OrtValue.CreateTensorValueFromMemory(all[number % Distinct], shape);
            var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = ids, ["attention_mask"] = mask };
            if (tokenTypes)
            {
                inputs["token_type_ids"] = types;
            }

            using var outputs = session.Run(options, inputs, session.OutputNames);
        }
    }
}
