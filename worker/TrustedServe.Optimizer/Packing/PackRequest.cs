using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Optimizer.Packing;

/// <summary>What a package is made of.</summary>
public sealed record PackRequest
{
    /// <summary>The ONNX model; its external data lie beside it.</summary>
    public required string OnnxFile { get; init; }

    /// <summary>Name of the model; see <see cref="ModelName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Version of the model; see <see cref="ModelVersion"/>.</summary>
    public required string Version { get; init; }

    /// <summary>What the worker does around the graph.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>Text file with one label a line, in the order of the logits; required for classifiers.</summary>
    public string? LabelsFile { get; init; }

    /// <summary>WordPiece vocabulary, one piece a line; required for text classifiers.</summary>
    public string? VocabularyFile { get; init; }

    /// <summary>Whether text is lower-cased first; default true.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Whether accents are removed; default false.</summary>
    public bool StripAccents { get; init; }

    /// <summary>Whether CJK characters become tokens of their own; default false.</summary>
    public bool SplitCjk { get; init; }

    /// <summary>Whether a text over the limit is cut instead of refused; default false.</summary>
    public bool Truncate { get; init; }

    /// <summary>Most rows in one request; null (the default) for the graph's fixed number, or 32.</summary>
    public int? MaxBatch { get; init; }

    /// <summary>Most tokens in one row; null (the default) for the fixed number of a text model's graph, and for no limit in the task tensor.</summary>
    public int? MaxSequence { get; init; }

    /// <summary>How requests share a run of the graph; null (the default) for what the worker does by itself.</summary>
    public BatchingSpec? Batching { get; init; }

    /// <summary>Samples with expected outputs, which a worker must reproduce before it is ready; default none.</summary>
    public IReadOnlyList<WarmupSample> WarmupSamples { get; init; } = [];

    /// <summary>Precision for people to read; null (the default) for that of most of the weights.</summary>
    public string? Precision { get; init; }
}
