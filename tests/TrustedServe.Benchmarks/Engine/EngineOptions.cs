using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Engine;

/// <summary>The engine's options as a worker has them: a graph that is finished is not optimised again, which makes some of them slower.</summary>
internal static class EngineOptions
{
    /// <summary>For calls that compute on their callers' threads.</summary>
    public static SessionOptions For(Manifest manifest) => new()
    {
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        GraphOptimizationLevel = manifest.Engine?.IsFinished(OrtEnv.Instance().GetVersionString()) == true ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL,
    };
}
