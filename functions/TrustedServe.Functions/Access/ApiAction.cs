namespace TrustedServe.Functions.Access;

/// <summary>What a key may be used for.</summary>
public enum ApiAction
{
    /// <summary>Looking at models: names, inputs, outputs, readiness.</summary>
    Metadata,

    /// <summary>Having a model compute.</summary>
    Infer,

    /// <summary>Loading and unloading models.</summary>
    Manage,
}
