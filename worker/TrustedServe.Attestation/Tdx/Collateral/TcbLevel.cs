namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>One level of TCB info: security versions that a platform must reach at least, and what it is worth then.</summary>
/// <param name="SgxComponents">Sixteen versions that the PCK certificate's components are compared with.</param>
/// <param name="PceSvn">The version that the PCK certificate's PCESVN is compared with.</param>
/// <param name="TdxComponents">Sixteen versions that the TD report's TEE_TCB_SVN is compared with.</param>
/// <param name="Verdict">What the level is worth.</param>
public sealed record TcbLevel(byte[] SgxComponents, int PceSvn, byte[] TdxComponents, TcbVerdict Verdict);
