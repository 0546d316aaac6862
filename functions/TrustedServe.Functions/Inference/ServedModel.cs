using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Inference;

/// <summary>A model version whose worker is ready.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Its version.</param>
/// <param name="IsDefault">Whether the store's index names it the default.</param>
/// <param name="Metadata">What its worker says of it; <c>Properties["task"]</c> is the manifest's task.</param>
/// <param name="Lanes">How many requests its worker computes at once.</param>
public sealed record ServedModel(string Name, string Version, bool IsDefault, ModelMetadataResponse Metadata, int Lanes);
