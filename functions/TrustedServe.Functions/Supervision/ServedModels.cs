using System.Globalization;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Predictions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions.Supervision;

/// <summary>Takes a worker's word for what it serves.</summary>
internal static class ServedModels
{
    /// <summary>Checks once what every request relies on later.</summary>
    /// <exception cref="TsfException">TSF0001 when the worker serves something else, or describes it in a way that cannot be read.</exception>
    public static ServedModel Checked(ModelMetadataResponse metadata, WorkerConfig config, bool isDefault)
    {
        if (metadata.Name != config.Model || !metadata.Versions.Contains(config.Version))
        {
            throw TsfErrors.Internal.With("The worker serves another model than it was told to.");
        }

        if (metadata.Inputs.Concat(metadata.Outputs).Any(tensor => tensor.Shape.Count > TensorShape.MaxRank || !DatatypeNames.TryParse(tensor.Datatype, out _)))
        {
            throw TsfErrors.Internal.With("The worker describes a tensor in a way that cannot be read.");
        }

        metadata.Task();
        var lanes = metadata.Properties.TryGetValue("lanes", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : 1;
        return new ServedModel(config.Model, config.Version, isDefault, metadata, lanes);
    }
}
