using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Graphs.Rules;

/// <summary>Tensors of a model: their sizes, and where they lie.</summary>
internal sealed class TensorRules(string directory)
{
    private readonly List<(ExternalData Place, string Name)> places = [];

    /// <summary>Checks every tensor of the model.</summary>
    /// <exception cref="TsfException">TSF1030, TSF1032.</exception>
    public void Check(ModelProto model)
    {
        foreach (var sparse in GraphTensors.Sparse(model))
        {
            if (sparse.Values is null || sparse.Indices is null)
            {
                throw TsfErrors.InvalidGraph.With($"The sparse tensor {GraphText.Quote(sparse.Values?.Name ?? string.Empty)} has no values or no indices.");
            }

            // The dense form is what the engine makes of it.
            TensorBytes.Length(new TensorProto { Name = sparse.Values.Name, DataType = sparse.Values.DataType, Dims = { sparse.Dims } });
        }

        foreach (var tensor in GraphTensors.Tensors(model))
        {
            Check(tensor);
        }

        RequireApart();
    }

    private void Check(TensorProto tensor)
    {
        var length = TensorBytes.Length(tensor);
        if (!ExternalData.Has(tensor))
        {
            TensorBytes.RequireWhole(tensor);
        }
        else if (length is { } bytes)
        {
            places.Add((ExternalData.Of(tensor, directory, bytes), tensor.Name));
        }
        else
        {
            throw TsfErrors.InvalidExternalData.With($"The tensor {GraphText.Quote(tensor.Name)} is of strings, which cannot lie outside.");
        }
    }

    private void RequireApart()
    {
        foreach (var file in places.Where(entry => entry.Place.Length > 0).GroupBy(entry => entry.Place.Path, StringComparer.Ordinal))
        {
            var ordered = file.OrderBy(entry => entry.Place.Offset).ThenBy(entry => entry.Place.Length).ToList();
            for (var i = 1; i < ordered.Count; i++)
            {
                var (before, here) = (ordered[i - 1], ordered[i]);
                if (before.Place != here.Place && before.Place.Offset + before.Place.Length > here.Place.Offset)
                {
                    throw TsfErrors.InvalidExternalData.With($"The tensors {GraphText.Quote(before.Name)} and {GraphText.Quote(here.Name)} share a part of their external data.");
                }
            }
        }
    }
}
