using TrustedServe.Optimizer.Packing;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>Packages of generated BERTs.</summary>
public static class BertPackage
{
    /// <summary>Generates and packs into a new directory.</summary>
    /// <param name="shape">What to generate.</param>
    /// <param name="seed">Of weights.</param>
    /// <param name="task">The graph's own tensors, or text through the generated vocabulary.</param>
    /// <param name="directory">The package's directory; beside it the unpacked graph lies for a moment.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Package> WriteAsync(BertShape shape, ulong seed, ModelTask task, string directory, CancellationToken cancellationToken)
    {
        var source = directory + ".source";
        try
        {
            var graph = BertGraph.Write(shape, seed, source);
            var text = task == ModelTask.TextClassification;
            var (labels, vocabulary) = (Path.Combine(source, "labels.txt"), Path.Combine(source, "vocab.txt"));
            File.WriteAllLines(labels, Enumerable.Range(0, shape.Labels).Select(label => $"class-{label}"));
            BertVocabulary.Write(vocabulary, shape.Vocabulary);
            var request = new PackRequest
            {
                OnnxFile = graph,
                Name = shape.Name,
                Version = "1",
                Task = task,
                LabelsFile = text ? labels : null,
                VocabularyFile = text ? vocabulary : null,
                MaxSequence = shape.Positions,
            };
            return await ModelPacker.PackAsync(request, directory, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(source))
            {
                Directory.Delete(source, recursive: true);
            }
        }
    }
}
