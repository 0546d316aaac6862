using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Scheduling;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.WorkerDouble;

/// <summary>
/// Models that compute nothing worth protecting: tensors come back as they came; classifiers prefer the label whose number is
/// the length of the text, or the sum of the grid, modulo 3.
/// </summary>
public sealed class FakeInference(WorkerConfig config, FakeStart start) : GRPCInferenceService.GRPCInferenceServiceBase
{
    /// <summary>What the real worker's limit on tokens comes to.</summary>
    private const int LongestText = 100_000;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) => Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) => Task.FromResult(new ServerReadyResponse { Ready = start.IsReady });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        var metadata = FakeModels.Describe(config.Model, config.Version);
        if (config.Model == "moving")
        {
            metadata.Properties["placement"] = start.HasMoved ? "after" : "before";
        }

        return Task.FromResult(metadata);
    }

    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        try
        {
            return await InferAsync(request, context.CancellationToken);
        }
        catch (TsfException exception)
        {
            throw RpcErrors.ToRpc(exception);
        }
    }

    /// <summary>The answer, whichever way the request came.</summary>
    public async Task<ModelInferResponse> InferAsync(ModelInferRequest request, CancellationToken cancellationToken)
    {
        switch (config.Model)
        {
            case "crash":
                // Long enough for other requests to be in flight with this one.
                await Task.Delay(100);
                Environment.FailFast("asked to");
                break;
            case "crash-0" when config.Node == 0:
                Environment.FailFast("asked to");
                break;
            case "hold-0" when config.Node == 0:
                await Task.Delay(TimeSpan.FromSeconds(60), cancellationToken);
                break;
            case "slow":
                await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
                break;
            case "unhurried":
                await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
                break;
            case "warming" or "half-warm":
                // Says that it was asked, and keeps the answer until it is ready, as a worker does.
                await File.WriteAllTextAsync(Path.Combine(config.Store, "asked"), string.Empty, cancellationToken);
                while (!start.IsReady)
                {
                    await Task.Delay(Look, cancellationToken);
                }

                break;
            case "shut":
                // Until a test opens the gate.
                while (!File.Exists(Path.Combine(config.Store, "open")))
                {
                    await Task.Delay(Look, cancellationToken);
                }

                break;
            case var paced when paced.StartsWith("paced-", StringComparison.Ordinal):
                await Task.Delay(int.Parse(paced.AsSpan("paced-".Length), CultureInfo.InvariantCulture), cancellationToken);
                break;
            case "full":
                throw new TsfException(TsfErrors.Overloaded, "All lanes are taken.") { RetryAfterSeconds = 7 };
            case "broken":
                throw new InvalidOperationException("inside");
        }

        var response = new ModelInferResponse { ModelName = config.Model, ModelVersion = config.Version };
        if (config.Model is "classify" or "shut" or "digits")
        {
            Classify(request, response);
            return response;
        }

        for (var i = 0; i < request.Inputs.Count; i++)
        {
            if (request.Outputs.Count > 0 && request.Outputs.All(output => output.Name != request.Inputs[i].Name))
            {
                continue;
            }

            var raw = config.Model == "nan" ? ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([float.NaN, 1])) : request.RawInputContents[i];
            Add(response, request.Inputs[i].Name, request.Inputs[i].Datatype, raw, [.. request.Inputs[i].Shape]);
        }

        if (config.Model.EndsWith("-0", StringComparison.Ordinal))
        {
            response.Parameters["node"] = new InferParameter { Int64Param = config.Node ?? -1 };
            response.Parameters["process"] = new InferParameter { Int64Param = Environment.ProcessId };
            response.Parameters["cores"] = new InferParameter { StringParam = string.Join(',', config.Cores) };
        }

        if (config.Model == "configured")
        {
            response.Parameters["weights"] = new InferParameter { StringParam = config.Weights.ToString() };
        }

        if (request.Parameters.ContainsKey("tell"))
        {
            response.Parameters["caller"] = request.Parameters.GetValueOrDefault(SchedulingParameters.Caller) ?? new InferParameter { StringParam = "nobody" };
        }

        if (request.Parameters.TryGetValue("echo", out var parameter))
        {
            response.Parameters["echo"] = parameter;
        }

        return response;
    }

    private static void Classify(ModelInferRequest request, ModelInferResponse response)
    {
        var texts = request.Inputs[0].Datatype == "BYTES" ? Texts(request.RawInputContents[0].Span) : [];
        var best = texts.Count > 0 ? texts.ConvertAll(text => text.Length % FakeModels.Labels.Length) : Grids(request.RawInputContents[0].Span);
        var k = request.Parameters.TryGetValue("top_k", out var asked) ? (int)asked.Int64Param : FakeModels.Labels.Length;
        if (k > FakeModels.Labels.Length)
        {
            throw TsfErrors.InputTooLong.With("top_k is over the number of labels.");
        }

        var labels = new MemoryStream();
        var scores = new List<float>();
        var logits = new List<float>();
        foreach (var row in best)
        {
            foreach (var label in FakeModels.Labels.Index().OrderBy(label => label.Index != row).Take(k))
            {
                labels.Write(BitConverter.GetBytes(label.Item.Length));
                labels.Write(Encoding.UTF8.GetBytes(label.Item));
                scores.Add(label.Index == row ? 0.75f : 0.125f);
            }

            logits.AddRange(FakeModels.Labels.Select((_, index) => index == row ? 2.5f : -1f));
        }

        // Texts that ask for it.
        if (texts.Index().Where(text => text.Item.AsSpan().StartsWith("cut me"u8)).Select(text => text.Index).ToList() is { Count: > 0 } cut)
        {
            Truncation.Set(response, cut);
        }

        Add(response, "labels", "BYTES", ByteString.CopyFrom(labels.ToArray()), best.Count, k);
        Add(response, "scores", "FP32", ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(scores.ToArray())), best.Count, k);
        Add(response, "logits", "FP32", ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(logits.ToArray())), best.Count, FakeModels.Labels.Length);
    }

    private static List<byte[]> Texts(ReadOnlySpan<byte> raw)
    {
        var texts = new List<byte[]>();
        while (!raw.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(raw);
            if (length > LongestText)
            {
                throw TsfErrors.InputTooLong.With("The text has more tokens than the model takes.");
            }

            texts.Add(raw.Slice(4, length).ToArray());
            raw = raw[(4 + length)..];
        }

        return texts;
    }

    private static List<int> Grids(ReadOnlySpan<byte> raw)
    {
        var best = new List<int>();
        foreach (var grid in MemoryMarshal.Cast<byte, float>(raw).ToArray().Chunk(64))
        {
            best.Add((int)grid.Sum() % FakeModels.Labels.Length);
        }

        return best;
    }

    private static void Add(ModelInferResponse response, string name, string datatype, ByteString raw, params long[] shape)
    {
        var output = new ModelInferResponse.Types.InferOutputTensor { Name = name, Datatype = datatype };
        output.Shape.Add(shape);
        response.Outputs.Add(output);
        response.RawOutputContents.Add(raw);
    }
}
