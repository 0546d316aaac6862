using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Sessions;

/// <summary>
/// The one inference session of a worker, called from all its lanes at once: it has no threads of its own, so every call
/// computes on the caller's core and the weights are in memory once.
/// </summary>
internal sealed class OnnxSession : IModelRun, IDisposable
{
    // The engine writes its messages, which can quote values of inputs, to standard error: only what ends the process anyway may pass.
    private static readonly Lazy<OrtEnv> Engine = new(() =>
    {
        var options = new EnvironmentCreationOptions { logId = "engine", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        return OrtEnv.CreateInstanceWithOptions(ref options);
    });

    private readonly InferenceSession session;

    private OnnxSession(InferenceSession session) => this.session = session;

    /// <summary>Version of the engine.</summary>
    public static string EngineVersion => Engine.Value.GetVersionString();

    /// <summary>Builds the session from the package's files by path, so that weights beside the graph are mapped and not read into memory twice.</summary>
    /// <exception cref="TsfException">TSF5004 when the engine refuses the graph, or it is not the one that the manifest describes.</exception>
    public static OnnxSession Load(string directory, Manifest manifest)
    {
        _ = Engine.Value;
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        InferenceSession? built = null;
        try
        {
            built = new InferenceSession(Path.Combine(directory, manifest.Graph), options);
            GraphCheck.Check(built, manifest);
            return new OnnxSession(built);
        }
        catch (OnnxRuntimeException exception)
        {
            throw TsfErrors.GraphRejected.With($"The engine refuses the graph of {manifest.Name} {manifest.Version}: {Reason(exception)}.");
        }
        catch (TsfException)
        {
            built?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IDisposableReadOnlyCollection<OrtValue> Run(int lane, RunOptions options, string[] inputNames, OrtValue[] inputs, string[] outputNames)
    {
        try
        {
            return session.Run(options, inputNames, inputs, outputNames);
        }
        catch (OnnxRuntimeException exception)
        {
            throw TsfErrors.ExecutionFailed.With($"The model failed on this input: {Reason(exception)}.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    // "[ErrorCode:InvalidArgument] …": the text after the bracket can quote values of inputs and names inside the graph, and stays here.
    private static string Reason(OnnxRuntimeException exception)
    {
        var end = exception.Message.IndexOf(']', StringComparison.Ordinal);
        return exception.Message.StartsWith("[ErrorCode:", StringComparison.Ordinal) && end > 0
            ? exception.Message["[ErrorCode:".Length..end]
            : "no reason given";
    }
}
