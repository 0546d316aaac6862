using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tasks;

/// <summary>Makes the pipeline of a manifest's task.</summary>
internal static class TaskPipelines
{
    /// <summary>Makes it, reading from the package's directory what it needs.</summary>
    /// <exception cref="TsfException">TSF5004 when the graph is not one for the task; TSF1001 when the manifest lacks what the task needs.</exception>
    public static ITaskPipeline Create(string directory, Manifest manifest, IModelRun session) => manifest.Task switch
    {
        ModelTask.Tensor => new TensorTask(manifest, session),
        ModelTask.TextClassification => new TextClassificationTask(manifest, session, TextEncoder.Create(directory, manifest)),
        ModelTask.ImageClassification => new ImageClassificationTask(manifest, session),
        _ => throw TsfErrors.InvalidManifest.With($"The task {manifest.Task} is unknown."),
    };
}
