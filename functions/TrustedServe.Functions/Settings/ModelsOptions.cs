namespace TrustedServe.Functions.Settings;

/// <summary>Which models are served.</summary>
internal sealed record ModelsOptions
{
    /// <summary>The model store: a directory or the address of a blob container. Required.</summary>
    public required string Store { get; init; }

    /// <summary>Connection string of the store's account (a secret); null (the default) for the workload's identity.</summary>
    public string? StoreConnectionString { get; init; }

    /// <summary>Names of the models to serve, each with every version that the index lists; empty (the default) for all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The one model that is needed, and its version or null for the default; not a setting but what a single message asks for. It may be one that the store does not have.</summary>
    public (string Model, string? Version)? Only { get; init; }
}
