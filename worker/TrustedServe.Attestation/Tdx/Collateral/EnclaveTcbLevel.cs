namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>One level of an enclave or a TDX module: the security version to reach, and what it is worth then.</summary>
/// <param name="IsvSvn">The security version.</param>
/// <param name="Verdict">What the level is worth.</param>
public sealed record EnclaveTcbLevel(int IsvSvn, TcbVerdict Verdict)
{
    /// <summary>The first level of a descending list that this version reaches; null when it reaches none.</summary>
    public static EnclaveTcbLevel? Select(IReadOnlyList<EnclaveTcbLevel> levels, int isvSvn)
    {
        foreach (var level in levels)
        {
            if (level.IsvSvn <= isvSvn)
            {
                return level;
            }
        }

        return null;
    }
}
