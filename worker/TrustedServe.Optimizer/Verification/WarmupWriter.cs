using System.Text.Json;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Optimizer.Verification;

/// <summary>The samples of the optimised package: the same inputs with what the optimised graph gives for them.</summary>
internal static class WarmupWriter
{
    /// <summary>Writes a sample.</summary>
    /// <param name="sample">The sample that the package had, or a row to compare on.</param>
    /// <param name="manifest">The package's manifest.</param>
    /// <param name="names">Names of the outputs.</param>
    /// <param name="outputs">What the optimised graph gave.</param>
    /// <param name="tolerance">Largest difference that another processor may show.</param>
    public static WarmupSample Write(WarmupSample sample, Manifest manifest, string[] names, ModelOutput[] outputs, double tolerance)
    {
        if (manifest.Labels is not { } labels)
        {
            return sample with { Outputs = [.. names.Zip(outputs, Numbers)], Tolerance = tolerance };
        }

        // The best label is compared as it is: no tolerance excuses another answer.
        var best = outputs[0].Best();
        var named = JsonSerializer.SerializeToElement(best.Select(label => labels[label])).EnumerateArray().ToList();
        return sample with { Outputs = [new SampleTensor("labels", Datatype.Bytes, [best.Length, 1], named), Numbers("logits", outputs[0])], Tolerance = tolerance };
    }

    private static SampleTensor Numbers(string name, ModelOutput output) =>
        new(name, Datatype.Fp32, output.Shape, [.. JsonSerializer.SerializeToElement(output.Elements).EnumerateArray()]);
}
