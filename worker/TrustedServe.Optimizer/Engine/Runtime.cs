using Microsoft.ML.OnnxRuntime;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Engine;

/// <summary>The inference engine as the optimiser uses it: one thread, and silent.</summary>
internal static class Runtime
{
    private const int MaxReason = 300;

    private static readonly Lazy<OrtEnv> Environment = new(() =>
    {
        // A process has one engine: whoever comes first says what it writes.
        if (OrtEnv.IsCreated)
        {
            return OrtEnv.Instance();
        }

        var options = new EnvironmentCreationOptions { logId = "optimizer", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        return OrtEnv.CreateInstanceWithOptions(ref options);
    });

    /// <summary>Version of the engine.</summary>
    public static string Version => Environment.Value.GetVersionString();

    /// <summary>A session as a worker has it.</summary>
    /// <param name="graph">Path of the graph.</param>
    /// <param name="isFinished">Whether it is taken as it is.</param>
    /// <exception cref="TsfException">TSF1037.</exception>
    public static InferenceSession Load(string graph, bool isFinished)
    {
        using var options = Options(isFinished ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL);
        return Guard(() => new InferenceSession(graph, options));
    }

    /// <summary>
    /// Writes the graph as the engine fuses it for any processor: the level after this one arranges data for the processor that
    /// it runs on. Large weights go into a file of their own, since one message cannot be over 2 GB.
    /// </summary>
    /// <exception cref="TsfException">TSF1037.</exception>
    public static void Fuse(string graph, string output, string weightsName)
    {
        // Under it weights stay in the graph, where the next step reads them without another file.
        const int externalFromBytes = 64 << 10;
        using var options = Options(GraphOptimizationLevel.ORT_ENABLE_EXTENDED);
        options.OptimizedModelFilePath = output;
        options.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", weightsName);
        options.AddSessionConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", $"{externalFromBytes}");
        options.AddSessionConfigEntry("session.disable_prepacking", "1");
        Guard(() => new InferenceSession(graph, options)).Dispose();
    }

    /// <summary>Runs what the engine may refuse; here the publisher's own model is spoken of, so its reason is shown.</summary>
    /// <exception cref="TsfException">TSF1037.</exception>
    public static T Guard<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (OnnxRuntimeException failure)
        {
            var reason = string.Concat(failure.Message.Take(MaxReason).Select(letter => char.IsControl(letter) ? ' ' : letter));
            throw TsfErrors.EngineRefusedGraph.With($"The engine refuses the graph: {reason}", failure);
        }
    }

    private static SessionOptions Options(GraphOptimizationLevel level)
    {
        // Before anything else of the engine, which would otherwise make a talkative one by itself.
        _ = Environment.Value;
        return new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = level,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
    }
}
