using System.Text;
using TrustedServe.Optimizer.Inspection;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Graphs.Rules;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Packing;

/// <summary>Makes package directories from ONNX models.</summary>
public static class ModelPacker
{
    private const string GraphName = "model.onnx";
    private const string VocabularyName = "vocab.txt";
    private const int DefaultBatch = 32;
    private const int MaxTextFile = 64 << 20;

    /// <summary>Writes graph, weights, vocabulary and manifest into a new or empty directory; on failure nothing stays.</summary>
    /// <exception cref="TsfException">TSF1001, TSF1017, TSF1030 to TSF1033, TSF0006, TSF0008.</exception>
    public static Task<Package> PackAsync(PackRequest request, string outputDirectory, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (SafeFiles.Guard(outputDirectory, () => File.Exists(outputDirectory) || (Directory.Exists(outputDirectory) && Directory.EnumerateFileSystemEntries(outputDirectory).Any())))
            {
                throw TsfErrors.TargetNotEmpty.With($"{outputDirectory} is not an empty or new directory.");
            }

            try
            {
                return Pack(request, outputDirectory, cancellationToken);
            }
            catch
            {
                SafeFiles.TryDeleteDirectory(outputDirectory);
                throw;
            }
        },
        cancellationToken);

    private static Package Pack(PackRequest request, string directory, CancellationToken cancellationToken)
    {
        var model = OnnxFile.Read(request.OnnxFile);
        var sourceDirectory = Path.GetDirectoryName(Path.GetFullPath(request.OnnxFile))!;
        GraphRules.Check(model, sourceDirectory);
        var graph = GraphInspector.Inspect(model);
        var draft = Describe(request, graph);
        SafeFiles.CreateDirectory(directory);
        ExternalWeights.Move(model, sourceDirectory, directory, cancellationToken);
        OnnxFile.Write(model, Path.Combine(directory, GraphName));
        if (request.VocabularyFile is { } vocabulary)
        {
            var bytes = SafeFiles.ReadBounded(vocabulary, MaxTextFile, TsfErrors.InvalidPackRequest);
            NewFile.Write(Path.Combine(directory, VocabularyName), overwrite: false, bytes.Length, handle => SafeFiles.Write(handle, bytes, 0, directory));
        }

        return PackageWriter.WriteManifest(directory, draft, Environment.ProcessorCount, cancellationToken);
    }

    private static Manifest Describe(PackRequest request, GraphDescription graph)
    {
        var text = request.Task == ModelTask.TextClassification;
        var problems = new List<string>();
        Rule(request.Task == ModelTask.Tensor == request.LabelsFile is null, "classifiers, and only they, need a file of labels");
        Rule(text == request.VocabularyFile is not null, "text classifiers, and only they, need a vocabulary");
        var fixedBatch = Fixed(graph, 0);
        var fixedSequence = text ? Fixed(graph, 1) : null;
        Rule(request.MaxBatch is not { } batch || fixedBatch is null || batch <= fixedBatch, $"the graph takes batches of exactly {fixedBatch} rows");
        Rule(request.MaxSequence is not { } sequence || fixedSequence is null || sequence <= fixedSequence, $"the graph takes sequences of exactly {fixedSequence} tokens");
        Rule(!text || (request.MaxSequence ?? fixedSequence) is not null, "the graph does not say how many tokens it takes: state the most");
        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidPackRequest.With($"The model cannot be packed: {string.Join("; ", problems)}.");
        }

        return new Manifest
        {
            FormatVersion = Manifest.CurrentFormat,
            Name = request.Name,
            Version = request.Version,
            Task = request.Task,
            Graph = GraphName,
            Inputs = graph.Inputs,
            Outputs = graph.Outputs,
            Precision = request.Precision ?? graph.Precision,
            MaxBatch = request.MaxBatch ?? (int)(fixedBatch ?? DefaultBatch),
            MaxSequence = request.MaxSequence ?? (int?)fixedSequence,
            Labels = request.LabelsFile is { } labels ? ReadLabels(labels) : null,
            Tokenizer = text
                ? new TokenizerSpec { Vocabulary = VocabularyName, LowerCase = request.LowerCase, StripAccents = request.StripAccents, SplitCjk = request.SplitCjk, Truncate = request.Truncate }
                : null,
            Batching = request.Batching,
            Warmup = request.WarmupSamples,
            Files = [],
        };

        void Rule(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }

    /// <summary>The smallest fixed length that an input has in a dimension; null when all leave it open.</summary>
    private static long? Fixed(GraphDescription graph, int dimension)
    {
        var lengths = graph.Inputs.Where(input => input.Shape.Count > dimension && input.Shape[dimension] is > 0 and <= int.MaxValue).Select(input => input.Shape[dimension]).ToList();
        return lengths.Count == 0 ? null : lengths.Min();
    }

    private static List<string> ReadLabels(string file)
    {
        var bytes = SafeFiles.ReadBounded(file, MaxTextFile, TsfErrors.InvalidPackRequest);
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF').TrimEnd('\r', '\n');
            return [.. text.Split('\n').Select(line => line.TrimEnd('\r'))];
        }
        catch (DecoderFallbackException failure)
        {
            throw TsfErrors.InvalidPackRequest.With($"The labels in {file} are not UTF-8.", failure);
        }
    }
}
