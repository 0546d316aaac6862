namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>What a genuine TDX module of one major version looks like.</summary>
/// <param name="Id"><c>TDX_</c> and two hexadecimal digits of the major version; empty for the module of TDX 1.0.</param>
/// <param name="MrSigner">Its signer, 48 bytes.</param>
/// <param name="Attributes">Its attributes, 8 bytes.</param>
/// <param name="AttributesMask">Which bits of the attributes count.</param>
/// <param name="Levels">Its levels, best first; empty for the module of TDX 1.0, which the platform's levels judge.</param>
public sealed record TdxModuleIdentity(string Id, byte[] MrSigner, byte[] Attributes, byte[] AttributesMask, IReadOnlyList<EnclaveTcbLevel> Levels);
