namespace TrustedServe.Kubernetes.Description;

/// <summary>Registers of a genuine guest, 96 hex digits each; more than one where two guest images are in use.</summary>
public sealed record MeasurementsDescription
{
    /// <summary>MRTD: the firmware.</summary>
    public required IReadOnlyList<string> MrTd { get; init; }

    /// <summary>RTMR0: the firmware's configuration.</summary>
    public required IReadOnlyList<string> Rtmr0 { get; init; }

    /// <summary>RTMR1: the kernel.</summary>
    public required IReadOnlyList<string> Rtmr1 { get; init; }

    /// <summary>RTMR2: kernel command line and initial file system.</summary>
    public required IReadOnlyList<string> Rtmr2 { get; init; }
}
