namespace TrustedServe.Packaging.Manifests;

/// <summary>The description of a package, <c>manifest.json</c>.</summary>
public sealed record Manifest
{
    /// <summary>The format version that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the manifest's own format: 1.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Name of the model: 1 to 64 of letters, digits, <c>_ - .</c>, starting with a letter or digit.</summary>
    public required string Name { get; init; }

    /// <summary>Version: one to four dotted numbers, for example <c>1</c> or <c>2.0.1</c>; see <see cref="ModelVersion"/>.</summary>
    public required string Version { get; init; }

    /// <summary>What the worker does around the graph.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>Path of the graph (ONNX) inside the package.</summary>
    public required string Graph { get; init; }

    /// <summary>Inputs of the graph.</summary>
    public required IReadOnlyList<TensorSpec> Inputs { get; init; }

    /// <summary>Outputs of the graph.</summary>
    public required IReadOnlyList<TensorSpec> Outputs { get; init; }

    /// <summary>Precision of the weights, for people: <c>fp32</c>, <c>int8</c>, <c>bf16</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>Most rows in one request; default 32.</summary>
    public int MaxBatch { get; init; } = 32;

    /// <summary>Most tokens in one row of a text model; null for others.</summary>
    public int? MaxSequence { get; init; }

    /// <summary>Labels of a classifier, in the order of its logits; null for the task <c>tensor</c>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Tokenizer of a text model; null for others.</summary>
    public TokenizerSpec? Tokenizer { get; init; }

    /// <summary>Samples with expected outputs; a worker is not ready before it reproduced them.</summary>
    public IReadOnlyList<WarmupSample> Warmup { get; init; } = [];

    /// <summary>Every file of the package but the manifest itself.</summary>
    public required IReadOnlyList<FileEntry> Files { get; init; }

    /// <summary>Reads and validates; reports every problem at once.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1001, listing all problems.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> utf8) => throw new NotImplementedException();

    /// <summary>The bytes of <c>manifest.json</c>, the same for the same manifest.</summary>
    public byte[] ToUtf8() => throw new NotImplementedException();
}
