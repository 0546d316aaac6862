using TrustedServe.Protocol.Rpc;

namespace TrustedServe.WorkerDouble;

/// <summary>What the double's models look like from outside.</summary>
public static class FakeModels
{
    public static readonly string[] Labels = ["de", "en", "fr"];

    /// <summary>
    /// <c>classify</c> and <c>shut</c> take text, <c>digits</c> a grid, <c>echo-{DATATYPE}</c> a vector, <c>two-inputs</c> two tensors, all others an FP32
    /// matrix [-1,2]; <c>paced-{milliseconds}</c> takes that long for an answer.
    /// </summary>
    public static ModelMetadataResponse Describe(string name, string version)
    {
        var metadata = new ModelMetadataResponse { Name = name, Platform = "onnx_onnxv1" };
        metadata.Versions.Add(version);
        metadata.Properties["trust"] = "insecure-simulated";
        metadata.Properties["max_batch"] = "32";
        metadata.Properties["lanes"] = "2";
        metadata.Properties["task"] = "tensor";
        switch (name)
        {
            case "classify" or "shut":
                metadata.Properties["task"] = "text-classification";
                metadata.Inputs.Add(Tensor("text", "BYTES", -1));
                AddLabels(metadata);
                break;
            case "digits":
                metadata.Properties["task"] = "image-classification";
                metadata.Inputs.Add(Tensor("image", "FP32", -1, 1, 8, 8));
                AddLabels(metadata);
                break;
            case "two-inputs":
                metadata.Inputs.Add(Tensor("a", "INT64", -1));
                metadata.Inputs.Add(Tensor("b", "FP32", -1, 2));
                metadata.Outputs.Add(Tensor("a", "INT64", -1));
                metadata.Outputs.Add(Tensor("b", "FP32", -1, 2));
                break;
            case var echo when echo.StartsWith("echo-", StringComparison.Ordinal):
                metadata.Inputs.Add(Tensor("x", echo["echo-".Length..], -1));
                metadata.Outputs.Add(Tensor("x", echo["echo-".Length..], -1));
                break;
            default:
                metadata.Inputs.Add(Tensor("x", "FP32", -1, 2));
                metadata.Outputs.Add(Tensor("x", "FP32", -1, 2));
                break;
        }

        return metadata;
    }

    private static void AddLabels(ModelMetadataResponse metadata)
    {
        metadata.Outputs.Add(Tensor("labels", "BYTES", -1, -1));
        metadata.Outputs.Add(Tensor("scores", "FP32", -1, -1));
        metadata.Outputs.Add(Tensor("logits", "FP32", -1, Labels.Length));
    }

    private static ModelMetadataResponse.Types.TensorMetadata Tensor(string name, string datatype, params long[] shape)
    {
        var tensor = new ModelMetadataResponse.Types.TensorMetadata { Name = name, Datatype = datatype };
        tensor.Shape.Add(shape);
        return tensor;
    }
}
