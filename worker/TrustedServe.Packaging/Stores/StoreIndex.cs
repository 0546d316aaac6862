namespace TrustedServe.Packaging.Stores;

/// <summary>What a store states of itself: its models, their versions, and which version is each one's default.</summary>
/// <param name="Entries">All versions, ordered by model and version.</param>
public sealed record StoreIndex(IReadOnlyList<StoreEntry> Entries);
