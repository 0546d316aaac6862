namespace TrustedServe.Packaging.Stores;

/// <summary>One version of one model in a store.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">The version.</param>
/// <param name="Blob">Path of the sealed package inside the store.</param>
/// <param name="IsDefault">Whether the index names it the default.</param>
public sealed record StoreEntry(string Model, string Version, string Blob, bool IsDefault);
