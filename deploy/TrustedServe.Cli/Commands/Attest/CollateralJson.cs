using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>Verified collateral as machines read it.</summary>
internal static class CollateralJson
{
    /// <summary>The object to write.</summary>
    public static object Of(VerifiedCollateral verified, string[]? revokedByRoot, string[]? revokedPlatforms) => new
    {
        Defect = verified.FirstDefect is { } defect ? new { Step = defect.Step.ToString(), defect.Expected, defect.Seen } : null,
        Fmspc = verified.TcbInfo is { } info ? Convert.ToHexStringLower(info.Fmspc) : null,
        TcbInfoEvaluationDataNumber = verified.TcbInfo?.EvaluationDataNumber,
        QeIdentityEvaluationDataNumber = verified.QeIdentity?.EvaluationDataNumber,
        verified.Validity,
        PlatformLevels = verified.TcbInfo?.Levels.Select(level => new
        {
            SgxComponents = Convert.ToHexStringLower(level.SgxComponents),
            level.PceSvn,
            TdxComponents = Convert.ToHexStringLower(level.TdxComponents),
            Status = level.Verdict.Status.ToString(),
            level.Verdict.Date,
            level.Verdict.AdvisoryIds,
        }),
        Modules = verified.TcbInfo?.ModuleIdentities.Select(module => new { module.Id, Levels = module.Levels.Select(Level) }),
        QuotingEnclaveLevels = verified.QeIdentity?.Levels.Select(Level),
        RevokedByRoot = revokedByRoot,
        RevokedPlatforms = revokedPlatforms,
    };

    private static object Level(EnclaveTcbLevel level) => new { level.IsvSvn, Status = level.Verdict.Status.ToString(), level.Verdict.Date, level.Verdict.AdvisoryIds };
}
