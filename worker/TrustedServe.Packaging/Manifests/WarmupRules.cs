using System.Text.Json;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Packaging.Manifests;

/// <summary>The rules of one warm-up sample: it speaks of the served tensors, and its data fit their shapes and datatypes.</summary>
internal sealed class WarmupRules(Manifest manifest, WarmupSample? sample, string place)
{
    private readonly List<string> problems = [];

    public IReadOnlyList<string> Check()
    {
        if (sample is null)
        {
            return [$"{place} is null"];
        }

        if (!(double.IsFinite(sample.Tolerance) && sample.Tolerance >= 0))
        {
            problems.Add($"{place}: the tolerance must be zero or more");
        }

        Side(sample.Inputs, ServedInputs(), "inputs");
        Side(sample.Outputs, ServedOutputs(), "outputs");
        var missing = ServedInputs().Select(input => input.Name).Except(sample.Inputs.Where(input => input is not null).Select(input => input.Name)).ToList();
        if (missing.Count > 0)
        {
            problems.Add($"{place}: the input '{missing[0]}' is missing");
        }

        return problems;
    }

    private IEnumerable<TensorSpec> ServedInputs() => manifest.Task == ModelTask.TextClassification
        ? [new TensorSpec("text", Datatype.Bytes, [-1])]
        : manifest.Inputs.Where(input => input is not null);

    private IEnumerable<TensorSpec> ServedOutputs() => manifest.Task == ModelTask.Tensor
        ? manifest.Outputs.Where(output => output is not null)
        : [new("labels", Datatype.Bytes, [-1, -1]), new("scores", Datatype.Fp32, [-1, -1]), new("logits", Datatype.Fp32, [-1, manifest.Labels?.Count ?? -1])];

    private void Side(IReadOnlyList<SampleTensor> tensors, IEnumerable<TensorSpec> served, string side)
    {
        // A manifest may name a tensor twice (another rule reports that); the first one decides here.
        var specs = served.DistinctBy(spec => spec.Name).ToDictionary(spec => spec.Name);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (tensors.Count == 0)
        {
            problems.Add($"{place}: {side} is empty");
        }

        foreach (var tensor in tensors)
        {
            if (tensor is null || !specs.TryGetValue(tensor.Name, out var spec))
            {
                problems.Add($"{place}: {side} names a tensor that the model does not serve");
            }
            else if (!seen.Add(tensor.Name))
            {
                problems.Add($"{place}: {side} has '{spec.Name}' twice");
            }
            else
            {
                Tensor(tensor, spec);
            }
        }
    }

    private void Tensor(SampleTensor tensor, TensorSpec spec)
    {
        if (tensor.Datatype != spec.Datatype)
        {
            problems.Add($"{place}: '{spec.Name}' is {tensor.Datatype.Name()}, the model has {spec.Datatype.Name()}");
        }

        long[] shape = [.. tensor.Shape];
        if (!TensorShape.Matches(shape, [.. spec.Shape]))
        {
            problems.Add($"{place}: '{spec.Name}' has the shape {TensorShape.Format(shape)}, the model has {TensorShape.Format([.. spec.Shape])}");
        }

        if (CountOf(shape) is not { } count || count != tensor.Data.Count)
        {
            problems.Add($"{place}: '{spec.Name}' has {tensor.Data.Count} elements, which its shape {TensorShape.Format(shape)} does not hold");
        }

        if (!tensor.Data.All(element => Fits(element, tensor.Datatype)))
        {
            problems.Add($"{place}: '{spec.Name}' has an element that is not {tensor.Datatype.Name()}");
        }
    }

    /// <summary>The number of elements, or null for a shape that is not concrete or larger than any sample.</summary>
    private static long? CountOf(ReadOnlySpan<long> shape)
    {
        UInt128 product = 1;
        foreach (var dimension in shape)
        {
            if (dimension is < 0 or > Manifest.MaxBytes || (product *= (ulong)dimension) > Manifest.MaxBytes)
            {
                return null;
            }
        }

        return (long)product;
    }

    private static bool Fits(JsonElement element, Datatype datatype) => element.ValueKind switch
    {
        JsonValueKind.String => datatype == Datatype.Bytes,
        JsonValueKind.True or JsonValueKind.False => datatype == Datatype.Bool,
        JsonValueKind.Number => datatype switch
        {
            Datatype.Uint8 => element.TryGetByte(out _),
            Datatype.Uint16 => element.TryGetUInt16(out _),
            Datatype.Uint32 => element.TryGetUInt32(out _),
            Datatype.Uint64 => element.TryGetUInt64(out _),
            Datatype.Int8 => element.TryGetSByte(out _),
            Datatype.Int16 => element.TryGetInt16(out _),
            Datatype.Int32 => element.TryGetInt32(out _),
            Datatype.Int64 => element.TryGetInt64(out _),
            Datatype.Fp16 or Datatype.Bf16 or Datatype.Fp32 => element.TryGetSingle(out var single) && float.IsFinite(single),
            Datatype.Fp64 => element.TryGetDouble(out var number) && double.IsFinite(number),
            _ => false,
        },
        _ => false,
    };
}
