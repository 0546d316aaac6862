namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>What a policy judges: claims of a quote whose signatures, certificates and collateral were verified before.</summary>
public sealed record PolicyClaims
{
    /// <summary>The converged TCB status, as Intel writes it, for example <c>UpToDate</c>.</summary>
    public required string TcbStatus { get; init; }

    /// <summary>The date of the TCB level, the earliest of all that were selected; null where unknown.</summary>
    public required DateTimeOffset? TcbDate { get; init; }

    /// <summary>The TCB date of the platform's own level; null where unknown.</summary>
    public required DateTimeOffset? PlatformTcbDate { get; init; }

    /// <summary>The lower of the evaluation data numbers of TCB info and QE identity; null where unknown.</summary>
    public required int? EvaluationDataNumber { get; init; }

    /// <summary>Advisories of the selected levels, for example <c>INTEL-SA-00837</c>.</summary>
    public required IReadOnlyCollection<string> Advisories { get; init; }

    /// <summary>The host can look into this guest.</summary>
    public required bool Debug { get; init; }

    /// <summary>Measurement of the guest as it was built, 48 bytes.</summary>
    public required ReadOnlyMemory<byte> MrTd { get; init; }

    /// <summary>Measurement of the TDX module, 48 bytes.</summary>
    public required ReadOnlyMemory<byte> MrSeam { get; init; }

    /// <summary>What the guest was configured with, 48 bytes.</summary>
    public required ReadOnlyMemory<byte> MrConfigId { get; init; }

    /// <summary>RTMR0 to RTMR3, 48 bytes each.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Rtmrs { get; init; }
}
