using TrustedServe.Attestation.Tdx.Collateral;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The levels selected for one of the two modules that a TDX 1.5 report names: the one at launch, the one now.</summary>
internal ref struct ModuleSelection(string when, ReadOnlySpan<byte> svn)
{
    /// <summary>Which of the two, as a phrase.</summary>
    public string When { get; } = when;

    /// <summary>The sixteen versions; empty when the report does not name this module.</summary>
    public ReadOnlySpan<byte> Svn { get; } = svn;

    public readonly bool IsPresent => !Svn.IsEmpty;

    /// <summary>Major version of the module: 0 for TDX 1.0.</summary>
    public readonly byte Major => Svn[1];

    public TdxModuleIdentity? Identity { get; set; }

    public TcbLevel? PlatformLevel { get; set; }

    public EnclaveTcbLevel? ModuleLevel { get; set; }

    public readonly TcbStatus Join() => ModuleLevel is { } module
        ? TcbConvergence.Join(PlatformLevel!.Verdict.Status, module.Verdict.Status)
        : PlatformLevel!.Verdict.Status;

    public readonly PlatformStatus ToStatus() => new(PlatformLevel!.Verdict.Status, ModuleLevel?.Verdict.Status);

    public readonly void AddTo(List<TcbVerdict> verdicts)
    {
        if (PlatformLevel is { } platform)
        {
            verdicts.Add(platform.Verdict);
        }

        if (ModuleLevel is { } module)
        {
            verdicts.Add(module.Verdict);
        }
    }
}
