namespace TrustedServe.Kubernetes.Description;

/// <summary>A model and what is needed to plan for it.</summary>
public sealed record ModelDescription
{
    /// <summary>Its name in the store.</summary>
    public required string Name { get; init; }

    /// <summary>The versions that the store's index lists, each of which is served; default <c>1</c> alone.</summary>
    public IReadOnlyList<string> Versions { get; init; } = ["1"];

    /// <summary>Plaintext size of one version, rounded up: it is counted in the guest's memory.</summary>
    public required MemorySize Weights { get; init; }

    /// <summary>Its numbers; default <see cref="ModelPrecision.Fp32"/>.</summary>
    public ModelPrecision Precision { get; init; }

    /// <summary>Most tokens of a text; 0 (the default) for models that read none.</summary>
    public int MaxSequence { get; init; }

    /// <summary>The key record at the broker; null (the default) for <c>kbs:///models/key/{name}</c>.</summary>
    public string? Key { get; init; }
}
