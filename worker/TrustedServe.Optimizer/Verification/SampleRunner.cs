using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using TrustedServe.Optimizer.Engine;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Warmup;

namespace TrustedServe.Optimizer.Verification;

/// <summary>Samples of a package as inputs of its graph, and what a graph gives for them.</summary>
internal sealed class SampleRunner
{
    private readonly Manifest manifest;
    private readonly TextEncoder? encoder;
    private readonly string[] inputNames;

    public SampleRunner(Manifest manifest, string directory)
    {
        this.manifest = manifest;
        encoder = manifest.Task == ModelTask.TextClassification ? TextEncoder.Create(directory, manifest) : null;
        inputNames = [.. manifest.Inputs.Select(input => input.Name)];

        // A classifier's logits as the worker finds them; of other graphs all that can be compared as numbers.
        OutputNames = manifest.Task == ModelTask.Tensor
            ? [.. manifest.Outputs.Where(output => output.Datatype == Datatype.Fp32).Select(output => output.Name)]
            : [(manifest.Outputs.Count == 1 ? manifest.Outputs[0] : manifest.Outputs.FirstOrDefault(output => output.Name == "logits") ?? manifest.Outputs[0]).Name];
        if (OutputNames.Length == 0)
        {
            throw TsfErrors.InvalidOptimizeRequest.With("The model has no output of FP32, so nothing tells whether the optimised one answers alike.");
        }
    }

    /// <summary>The outputs that are compared.</summary>
    public string[] OutputNames { get; }

    /// <summary>The graph's inputs for a sample; the caller disposes of them.</summary>
    /// <exception cref="TsfException">TSF1001, TSF1036, or what a worker would answer to such a text.</exception>
    public OrtValue[] Inputs(WarmupSample sample)
    {
        var values = new List<OrtValue>();
        try
        {
            foreach (var input in manifest.Inputs)
            {
                values.Add(encoder is null ? Tensor(sample, input) : Tokens(sample, input, encoder));
            }

            return [.. values];
        }
        catch
        {
            values.ForEach(value => value.Dispose());
            throw;
        }
    }

    /// <summary>What a graph gives.</summary>
    /// <exception cref="TsfException">TSF1037.</exception>
    public ModelOutput[] Run(InferenceSession session, OrtValue[] inputs)
    {
        using var options = new RunOptions();
        using var results = Runtime.Guard(() => session.Run(options, inputNames, inputs, OutputNames));
        return [.. results.Select(result => new ModelOutput(result.GetTensorTypeAndShape().Shape, result.GetTensorDataAsSpan<float>().ToArray()))];
    }

    private static OrtValue Tensor(WarmupSample sample, TensorSpec input)
    {
        var tensor = sample.Inputs.FirstOrDefault(tensor => tensor.Name == input.Name && tensor.Datatype == input.Datatype)
            ?? throw TsfErrors.InvalidOptimizeRequest.With($"A sample has no input '{input.Name}' of {input.Datatype.Name()}.");
        if (input.Datatype == Datatype.Bytes)
        {
            throw TsfErrors.InvalidOptimizeRequest.With($"The input '{input.Name}' is of strings, which the optimiser does not send.");
        }

        long[] shape = [.. tensor.Shape];
        var raw = SampleCodec.ToRaw(tensor);
        if (!TensorShape.Matches(shape, [.. input.Shape]) || raw.Length != TensorShape.ElementCount(shape, input.Name) * input.Datatype.ElementSize())
        {
            throw TsfErrors.InvalidOptimizeRequest.With($"A sample's input '{input.Name}' does not fill its shape, or has another than the model takes.");
        }

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElements.ToEngine(input.Datatype), shape);
        raw.CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    private static OrtValue Tokens(WarmupSample sample, TensorSpec input, TextEncoder encoder)
    {
        var texts = sample.Inputs.FirstOrDefault(tensor => tensor.Name == "text")?.Data
            ?? throw TsfErrors.InvalidOptimizeRequest.With("A sample has no text.");
        var truncated = false;
        var rows = texts.Select((text, row) => encoder.Encode(System.Text.Encoding.UTF8.GetBytes(text.GetString() ?? string.Empty), row, ref truncated)).ToList();
        var width = rows.Count == 0 ? 0 : rows.Max(row => row.Length);
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElements.ToEngine(Datatype.Int64), [rows.Count, width]);
        var cells = MemoryMarshal.Cast<byte, long>(value.GetTensorMutableRawData());
        for (var cell = 0; cell < cells.Length; cell++)
        {
            var (row, place) = (rows[cell / width], cell % width);
            cells[cell] = input.Name switch
            {
                "input_ids" => place < row.Length ? row[place] : encoder.PaddingId,
                "attention_mask" => place < row.Length ? 1 : 0,
                _ => 0,
            };
        }

        return value;
    }
}
