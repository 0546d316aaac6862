namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>From when to when one piece of what a verdict rests on counts.</summary>
/// <param name="Name">The piece.</param>
/// <param name="From">Its first moment.</param>
/// <param name="Until">Its last moment.</param>
public sealed record CollateralValidity(string Name, DateTimeOffset From, DateTimeOffset Until);
