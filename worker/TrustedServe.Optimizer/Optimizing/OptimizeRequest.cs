using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Optimizer.Optimizing;

/// <summary>What is optimised, and how far.</summary>
public sealed record OptimizeRequest
{
    /// <summary>Precision of 8 bits.</summary>
    public const string Int8 = "int8";

    /// <summary>The precision that the model has.</summary>
    public const string Fp32 = "fp32";

    /// <summary>The agreement below which a package is not written, unless another is asked for: one row of a hundred.</summary>
    public const double DefaultMinAgreement = 0.99;

    /// <summary>The package, a directory or an archive.</summary>
    public required string Package { get; init; }

    /// <summary>The package to write: a new or empty directory, or an archive file.</summary>
    public required string Output { get; init; }

    /// <summary><see cref="Int8"/> (the default) or <see cref="Fp32"/>, which only fuses.</summary>
    public string Precision { get; init; } = Int8;

    /// <summary>Names of nodes that stay in FP32; <c>*</c> stands for any characters. Default none.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether tables of embeddings are stored in 8 bits too; default false.</summary>
    public bool Embeddings { get; init; }

    /// <summary>Share of rows whose best class must stay the same, 0 to 1; default <see cref="DefaultMinAgreement"/>.</summary>
    public double MinAgreement { get; init; } = DefaultMinAgreement;

    /// <summary>How requests share a run of the new package's graph; null (the default) for what the package says.</summary>
    public BatchingSpec? Batching { get; init; }

    /// <summary>Rows to compare on, beside the package's own samples; their outputs are not looked at. Default none.</summary>
    public IReadOnlyList<WarmupSample> Samples { get; init; } = [];
}
