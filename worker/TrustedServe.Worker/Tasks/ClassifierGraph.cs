using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tasks;

/// <summary>A graph that gives one logit a class and row, whatever its inputs are.</summary>
internal sealed class ClassifierGraph
{
    private readonly IModelRun session;
    private readonly string[] inputNames;
    private readonly string[] logitsName;

    /// <summary>Finds the logits among the graph's outputs.</summary>
    /// <exception cref="TsfException">TSF5004 when there are none of the labels' number; TSF1001 when there are no labels.</exception>
    public ClassifierGraph(Manifest manifest, IModelRun session)
    {
        this.session = session;
        if (manifest.Labels is not { Count: > 0 } labels)
        {
            throw TsfErrors.InvalidManifest.With("A classifier's manifest must have labels.");
        }

        var logits = manifest.Outputs.Count == 1 ? manifest.Outputs[0] : manifest.Outputs.FirstOrDefault(output => output.Name == "logits");
        if (logits is not { Datatype: Datatype.Fp32, Shape: [_, var classes] } || (classes >= 0 && classes != labels.Count))
        {
            throw TsfErrors.GraphRejected.With($"A classifier's graph must have one output, or one of the name 'logits', of FP32 [-1,{labels.Count}].");
        }

        inputNames = [.. manifest.Inputs.Select(input => input.Name)];
        logitsName = [logits.Name];
        Outputs = new ClassificationOutputs(labels);
    }

    /// <summary>What callers get.</summary>
    public ClassificationOutputs Outputs { get; }

    /// <summary>Runs the graph and writes the answer.</summary>
    /// <param name="lane">The lane that computes.</param>
    /// <param name="inputs">Values in the order of the manifest's inputs.</param>
    /// <param name="rows">Rows that went in.</param>
    /// <param name="topK">How many classes to name.</param>
    /// <param name="outputs">Which outputs were asked for.</param>
    /// <exception cref="TsfException">TSF5006.</exception>
    public ModelInferResponse Run(Lane lane, OrtValue[] inputs, int rows, int topK, int[] outputs)
    {
        using var results = session.Run(lane.Index, lane.Options, inputNames, inputs, logitsName);
        var logits = results[0].GetTensorDataAsSpan<float>();
        if (logits.Length != rows * Outputs.Classes)
        {
            throw TsfErrors.ExecutionFailed.With($"The graph gave {logits.Length} logits for {rows} rows of {Outputs.Classes} classes.");
        }

        return Outputs.Write(logits, rows, topK, outputs);
    }
}
