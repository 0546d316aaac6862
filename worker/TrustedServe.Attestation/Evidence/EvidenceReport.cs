using System.Text.Json;

namespace TrustedServe.Attestation.Evidence;

/// <summary>Evidence, ready to be sent.</summary>
/// <param name="Primary">The evidence in the form of its TEE.</param>
/// <param name="Measurement">What it says the program is, for people and logs.</param>
public sealed record EvidenceReport(JsonElement Primary, string Measurement);
