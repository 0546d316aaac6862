using System.Text.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Packaging.Manifests;

/// <summary>The description of a package, <c>manifest.json</c>.</summary>
public sealed record Manifest
{
    /// <summary>The format version that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The most bytes that a manifest may have; what is larger is not a description.</summary>
    public const int MaxBytes = 4 << 20;

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

    /// <summary>Precision of the weights: <c>fp32</c>, <c>int8</c>, <c>bf16</c>; for people, and to estimate how long a row takes.</summary>
    public required string Precision { get; init; }

    /// <summary>The engine that optimised the graph ahead of time; null (the default) when none did.</summary>
    public EngineSpec? Engine { get; init; }

    /// <summary>Most rows in one request; default 32.</summary>
    public int MaxBatch { get; init; } = 32;

    /// <summary>
    /// Most tokens in one row. A text model must state it. A model of the task <c>tensor</c> may, for the inputs whose second dimension
    /// is open; null (the default) leaves their length to the graph, which fails on what it cannot take.
    /// </summary>
    public int? MaxSequence { get; init; }

    /// <summary>Labels of a classifier, in the order of its logits; null for the task <c>tensor</c>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Tokenizer of a text model; null for others.</summary>
    public TokenizerSpec? Tokenizer { get; init; }

    /// <summary>How requests may share a run of the graph; null (the default) for what the worker does by itself.</summary>
    public BatchingSpec? Batching { get; init; }

    /// <summary>Samples with expected outputs; a worker is not ready before it reproduced them.</summary>
    public IReadOnlyList<WarmupSample> Warmup { get; init; } = [];

    /// <summary>Every file of the package but the manifest itself.</summary>
    public required IReadOnlyList<FileEntry> Files { get; init; }

    /// <summary>Reads and validates; reports every problem at once.</summary>
    /// <exception cref="TsfException">TSF1001, listing all problems.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw TsfErrors.InvalidManifest.With($"The manifest has {utf8.Length} bytes; at most {MaxBytes} are allowed.");
        }

        Manifest? manifest;
        try
        {
            // The version first: members of a later format would otherwise be reported as mistakes of this one.
            if (FormatProbe.ReadVersion(utf8) is { } version && version != CurrentFormat)
            {
                throw TsfErrors.InvalidManifest.With($"The manifest has format version {version}; this program reads version {CurrentFormat}.");
            }

            manifest = JsonSerializer.Deserialize<Manifest>(utf8, StrictJson.Compact);
        }
        catch (JsonException failure)
        {
            throw TsfErrors.InvalidManifest.With($"The manifest cannot be read: {failure.Message}", failure);
        }

        if (manifest is null)
        {
            throw TsfErrors.InvalidManifest.With("The manifest is null.");
        }

        manifest.Validate();
        return manifest;
    }

    /// <summary>The bytes of <c>manifest.json</c>, the same for the same manifest.</summary>
    /// <exception cref="TsfException">TSF1001 when the manifest could not be read back.</exception>
    public byte[] ToUtf8()
    {
        Validate();
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Compact);
        return utf8.Length <= MaxBytes
            ? utf8
            : throw TsfErrors.InvalidManifest.With($"The manifest has {utf8.Length} bytes; at most {MaxBytes} are allowed.");
    }

    /// <summary>Checks all members against each other.</summary>
    /// <exception cref="TsfException">TSF1001, listing all problems.</exception>
    public void Validate()
    {
        var problems = new ManifestRules(this).Check();
        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidManifest.With($"The manifest has {problems.Count} problem(s): {string.Join("; ", problems)}.");
        }
    }
}
