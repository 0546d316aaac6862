using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>Stands where a worker would: a text classifier whose only label is the text itself, and that does as it is told.</summary>
internal sealed class EchoGateway : IInferenceGateway
{
    private int running;

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Set while answers are to wait for it.</summary>
    public TaskCompletionSource? Held { get; set; }

    /// <summary>Called for each request with its texts; what it throws is the answer.</summary>
    public Action<IReadOnlyList<string>> OnRequest { get; set; } = _ => { };

    /// <summary>Called for each look at the model; what it throws is the answer.</summary>
    public Action OnResolve { get; set; } = () => { };

    /// <summary>Texts of every request that was answered.</summary>
    public ConcurrentQueue<string> Answered { get; } = new();

    /// <summary>The greatest request, in rows.</summary>
    public int GreatestBatch { get; private set; }

    /// <summary>The most requests that were with it at once.</summary>
    public int MostAtOnce { get; private set; }

    public int MaxBatch { get; init; } = 16;

    /// <summary>Whether it is a model of tensors instead, whose output has two rows however many were asked for: the first text, twice.</summary>
    public bool AnswersPairs { get; set; }

    public ServedModel Resolve(string model, string? version)
    {
        OnResolve();
        if (model != "echo")
        {
            throw TsfErrors.UnknownModel.With($"There is no model '{model}'.");
        }

        var metadata = new ModelMetadataResponse { Name = "echo", Platform = "onnx_onnxv1" };
        metadata.Inputs.Add(new ModelMetadataResponse.Types.TensorMetadata { Name = "text", Datatype = "BYTES", Shape = { -1 } });
        metadata.Outputs.Add(new ModelMetadataResponse.Types.TensorMetadata { Name = "labels", Datatype = "BYTES", Shape = { -1, 1 } });
        metadata.Outputs.Add(new ModelMetadataResponse.Types.TensorMetadata { Name = "scores", Datatype = "FP32", Shape = { -1, 1 } });
        metadata.Outputs.Add(new ModelMetadataResponse.Types.TensorMetadata { Name = "logits", Datatype = "FP32", Shape = { -1, 1 } });
        metadata.Properties["task"] = AnswersPairs ? "tensor" : "text-classification";
        metadata.Properties["max_batch"] = MaxBatch.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new ServedModel("echo", version ?? "1", true, metadata, 2);
    }

    public async Task<ModelInferResponse> InferAsync(ServedModel model, ModelInferRequest request, Deadline deadline, CancellationToken cancellationToken, bool brief = false)
    {
        var texts = Texts(request.RawInputContents[0].Span);
        lock (Answered)
        {
            running++;
            MostAtOnce = Math.Max(MostAtOnce, running);
            GreatestBatch = Math.Max(GreatestBatch, texts.Count);
        }

        try
        {
            await Task.Delay(Delay, cancellationToken);
            await (Held?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask);
            OnRequest(texts);
            texts.ForEach(Answered.Enqueue);
            return AnswersPairs ? Answer([texts[0], texts[0]]) : Answer(texts);
        }
        finally
        {
            lock (Answered)
            {
                running--;
            }
        }
    }

    private static List<string> Texts(ReadOnlySpan<byte> raw)
    {
        var texts = new List<string>();
        while (!raw.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(raw);
            texts.Add(Encoding.UTF8.GetString(raw.Slice(4, length)));
            raw = raw[(4 + length)..];
        }

        return texts;
    }

    private static ModelInferResponse Answer(List<string> texts)
    {
        using var labels = new MemoryStream();
        using var scores = new MemoryStream();
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            labels.Write(BitConverter.GetBytes(bytes.Length));
            labels.Write(bytes);
            scores.Write(BitConverter.GetBytes(1f));
        }

        var answer = new ModelInferResponse { ModelName = "echo" };
        foreach (var (name, datatype, content) in new[] { ("labels", "BYTES", labels), ("scores", "FP32", scores), ("logits", "FP32", scores) })
        {
            answer.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor { Name = name, Datatype = datatype, Shape = { texts.Count, 1 } });
            answer.RawOutputContents.Add(ByteString.CopyFrom(content.ToArray()));
        }

        return answer;
    }
}
