namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>What a level is worth.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Date">The date up to which everything known is dealt with at this level.</param>
/// <param name="AdvisoryIds">The security advisories that this level leaves open.</param>
public sealed record TcbVerdict(TcbStatus Status, DateTimeOffset Date, IReadOnlyList<string> AdvisoryIds);
