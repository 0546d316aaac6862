using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Benchmarks.PlainWorkers;

/// <summary>INT64 tensors in, FP32 tensors out.</summary>
internal sealed class PlainInference(PlainModel model) : GRPCInferenceService.GRPCInferenceServiceBase
{
    /// <inheritdoc/>
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) => Task.FromResult(new ServerLiveResponse { Live = true });

    /// <inheritdoc/>
    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) => Task.FromResult(new ServerReadyResponse { Ready = true });

    /// <inheritdoc/>
    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        var metadata = new ModelMetadataResponse { Name = model.Manifest.Name, Platform = "onnx_onnxv1" };
        metadata.Versions.Add(model.Manifest.Version);
        metadata.Inputs.Add(model.Manifest.Inputs.Select(Describe));
        metadata.Outputs.Add(model.Manifest.Outputs.Select(Describe));
        metadata.Properties["task"] = "tensor";
        metadata.Properties["precision"] = model.Manifest.Precision;
        metadata.Properties["max_batch"] = $"{model.Manifest.MaxBatch}";
        metadata.Properties["lanes"] = $"{Environment.ProcessorCount}";
        metadata.Properties["trust"] = "insecure-simulated";
        return Task.FromResult(metadata);
    }

    /// <inheritdoc/>
    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        await model.Cores.WaitAsync(context.CancellationToken);
        try
        {
            return Run(request);
        }
        finally
        {
            model.Cores.Release();
        }
    }

    private ModelInferResponse Run(ModelInferRequest request)
    {
        var inputs = request.Inputs.Select((input, index) => KeyValuePair.Create(input.Name, OrtValue.CreateTensorValueFromMemory(
            MemoryMarshal.Cast<byte, long>(request.RawInputContents[index].Span).ToArray(), [.. input.Shape]))).ToDictionary();
        try
        {
            using var options = new RunOptions();
            using var outputs = model.Session.Run(options, inputs, model.Session.OutputNames);
            var response = new ModelInferResponse { ModelName = model.Manifest.Name, ModelVersion = model.Manifest.Version };
            for (var i = 0; i < outputs.Count; i++)
            {
                var output = new ModelInferResponse.Types.InferOutputTensor { Name = model.Session.OutputNames[i], Datatype = "FP32" };
                output.Shape.Add(outputs[i].GetTensorTypeAndShape().Shape);
                response.Outputs.Add(output);
                response.RawOutputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes(outputs[i].GetTensorDataAsSpan<float>())));
            }

            return response;
        }
        finally
        {
            foreach (var value in inputs.Values)
            {
                value.Dispose();
            }
        }
    }

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorSpec spec)
    {
        var tensor = new ModelMetadataResponse.Types.TensorMetadata { Name = spec.Name, Datatype = spec.Datatype.Name() };
        tensor.Shape.Add(spec.Shape);
        return tensor;
    }
}
