using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Worker.Sessions;

/// <summary>One session of the engine.</summary>
internal sealed class EngineSession : IDisposable
{
    // The engine writes its messages, which can quote values of inputs, to standard error: only what ends the process anyway may pass.
    private static readonly Lazy<OrtEnv> Engine = new(() =>
    {
        var options = new EnvironmentCreationOptions { logId = "engine", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        return OrtEnv.CreateInstanceWithOptions(ref options);
    });

    private readonly InferenceSession session;

    private EngineSession(InferenceSession session) => this.session = session;

    /// <summary>Version of the engine.</summary>
    public static string EngineVersion => Engine.Value.GetVersionString();

    /// <summary>Loads the engine's library and compiles what every session goes through, with a graph that hands one number on.</summary>
    public static void Prepare()
    {
        _ = Engine.Value;
        using var options = Options(SessionKind.Mapped, SessionThreads.Callers);
        using var session = new InferenceSession(SmallestGraph.Bytes.ToArray(), options);
        using var runOptions = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory([1f], [1]);
        using var outputs = session.Run(runOptions, [SmallestGraph.Input], [input], [SmallestGraph.Output]);
    }

    /// <summary>Builds a session from the package's files by path, so that weights beside the graph are mapped and not read into memory twice.</summary>
    /// <param name="directory">Where the package lies.</param>
    /// <param name="manifest">What it is.</param>
    /// <param name="kind">How it has its weights.</param>
    /// <param name="temporary">Whether another takes its place soon: what is left to do for this processor is then not done.</param>
    /// <param name="threads">What its calls compute on.</param>
    /// <param name="cancellationToken">Stops the engine in the middle.</param>
    /// <exception cref="TsfException">TSF5004 when the engine refuses the graph, or it is not the one that the manifest describes.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EngineSession Build(string directory, Manifest manifest, SessionKind kind, bool temporary, SessionThreads threads, CancellationToken cancellationToken)
    {
        _ = Engine.Value;
        using var options = Options(kind, threads);
        if (IsFinished(manifest, temporary))
        {
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        }

        InferenceSession? built = null;
        try
        {
            using (cancellationToken.UnsafeRegister(static state => ((Microsoft.ML.OnnxRuntime.SessionOptions)state!).SetLoadCancellationFlag(true), options))
            {
                built = new InferenceSession(Path.Combine(directory, manifest.Graph), options);
            }

            GraphCheck.Check(built, manifest);
            return new EngineSession(built);
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TsfErrors.GraphRejected.With($"The engine refuses the graph of {manifest.Name} {manifest.Version}: {Reason(exception)}.");
        }
        catch (TsfException)
        {
            built?.Dispose();
            throw;
        }
    }

    /// <summary>Whether a graph is taken as it is: this version of the engine has fused it ahead of time, and nothing is left to do for this processor.</summary>
    public static bool IsFinished(Manifest manifest, bool temporary) => manifest.Engine is { } engine && (engine.IsFinished(EngineVersion) || (temporary && engine.Fits(EngineVersion)));

    /// <summary>Computes on the calling thread, and on the session's own where it has some.</summary>
    /// <returns>The outputs, in the order of <paramref name="outputNames"/>; they lie in the session's memory.</returns>
    /// <exception cref="TsfException">TSF5006 when the graph fails on these inputs.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(RunOptions options, IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames)
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

    private static Microsoft.ML.OnnxRuntime.SessionOptions Options(SessionKind kind, SessionThreads threads)
    {
        var options = new Microsoft.ML.OnnxRuntime.SessionOptions
        {
            IntraOpNumThreads = threads.Count,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        if (kind == SessionKind.Mapped)
        {
            options.AddSessionConfigEntry("session.disable_prepacking", "1");
        }

        if (threads.Bound.Count > 0)
        {
            // The caller is one of the threads; the engine counts processors from 1.
            options.AddSessionConfigEntry("session.intra_op_thread_affinities", string.Join(';', threads.Bound.Select(core => core + 1)));

            // Threads wait for the next operator by spinning, which is quickest; between calls they must leave the cores to others.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        }
        else if (threads.Count > 1)
        {
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        }

        return options;
    }

    // "[ErrorCode:InvalidArgument] …": the text after the bracket can quote values of inputs and names inside the graph, and stays here.
    private static string Reason(OnnxRuntimeException exception)
    {
        var end = exception.Message.IndexOf(']', StringComparison.Ordinal);
        return exception.Message.StartsWith("[ErrorCode:", StringComparison.Ordinal) && end > 0
            ? exception.Message["[ErrorCode:".Length..end]
            : "no reason given";
    }
}
