using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Predictions;

/// <summary>Names of the tasks, as a worker's metadata gives them.</summary>
internal static class ModelTasks
{
    /// <summary>The graph's own tensors.</summary>
    public const string Tensor = "tensor";

    /// <summary>Text in, labels out.</summary>
    public const string Text = "text-classification";

    /// <summary>A small grid in, labels out.</summary>
    public const string Image = "image-classification";

    /// <summary>The task of a model.</summary>
    /// <exception cref="TsfException">TSF0001 when its worker states none that is known, or a classifier without exactly one input.</exception>
    public static string Task(this ModelMetadataResponse metadata)
    {
        if (metadata.Properties.TryGetValue("task", out var task)
            && task is Tensor or Text or Image
            && (task == Tensor || metadata.Inputs.Count == 1))
        {
            return task;
        }

        throw TsfErrors.Internal.With("The worker states no task that this front end knows.");
    }
}
