using TrustedServe.Attestation.Tdx.Quotes;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>Which TD is expected. A member that is left out is not compared; an empty list accepts nothing.</summary>
public sealed record TdxExpectations
{
    /// <summary>What the guest was asked to bind: 64 bytes, or fewer when the rest must be zero (48 for a SHA-384 digest).</summary>
    public ReadOnlyMemory<byte>? ReportData { get; init; }

    /// <summary>Accepted values of MRTD.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? MrTd { get; init; }

    /// <summary>Accepted values of RTMR0.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Rtmr0 { get; init; }

    /// <summary>Accepted values of RTMR1.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Rtmr1 { get; init; }

    /// <summary>Accepted values of RTMR2.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Rtmr2 { get; init; }

    /// <summary>Accepted values of RTMR3.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Rtmr3 { get; init; }

    /// <summary>Accepted values of MRCONFIGID.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? MrConfigId { get; init; }

    /// <summary>Accepted values of MROWNER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? MrOwner { get; init; }

    /// <summary>Accepted values of MROWNERCONFIG.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? MrOwnerConfig { get; init; }

    /// <summary>Accepted values of MRSEAM.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? MrSeam { get; init; }

    /// <summary>Accepted values of MRSERVICETD, zeros meaning that no service TD is bound. A TDX 1.0 report does not say and is refused. Left out, a TD that has a service TD is refused; one that can be migrated, and has none yet, always is.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? MrServiceTd { get; init; }

    /// <summary>TD attributes as bits under <see cref="TdAttributesMask"/>.</summary>
    public ulong TdAttributes { get; init; }

    /// <summary>Which bits of the TD attributes are compared; 0, the default, compares none.</summary>
    public ulong TdAttributesMask { get; init; }

    /// <summary>XFAM as bits under <see cref="XfamMask"/>.</summary>
    public ulong Xfam { get; init; }

    /// <summary>Which bits of XFAM are compared; 0, the default, compares none.</summary>
    public ulong XfamMask { get; init; }

    internal bool Check(scoped in TdReport report, StepLog log) =>
        CheckReportData(report.ReportData, log)
        && CheckMeasurement("MRTD", MrTd, report.MrTd, log)
        && CheckMeasurement("RTMR0", Rtmr0, report.Rtmr(0), log)
        && CheckMeasurement("RTMR1", Rtmr1, report.Rtmr(1), log)
        && CheckMeasurement("RTMR2", Rtmr2, report.Rtmr(2), log)
        && CheckMeasurement("RTMR3", Rtmr3, report.Rtmr(3), log)
        && CheckMeasurement("MRCONFIGID", MrConfigId, report.MrConfigId, log)
        && CheckMeasurement("MROWNER", MrOwner, report.MrOwner, log)
        && CheckMeasurement("MROWNERCONFIG", MrOwnerConfig, report.MrOwnerConfig, log)
        && CheckMeasurement("MRSEAM", MrSeam, report.MrSeam, log)
        && CheckMeasurement("MRSERVICETD", MrServiceTd, report.MrServiceTd, log)
        && CheckBits("TD attributes", TdAttributes, TdAttributesMask, report.TdAttributeBits, log)
        && CheckBits("XFAM", Xfam, XfamMask, report.XfamBits, log);

    private bool CheckReportData(ReadOnlySpan<byte> seen, StepLog log)
    {
        if (ReportData is not { } expected)
        {
            return true;
        }

        var equal = expected.Length is > 0 and <= 64
            && seen[..expected.Length].SequenceEqual(expected.Span)
            && !seen[expected.Length..].ContainsAnyExcept((byte)0);
        return log.Check(TdxStep.ReportData, equal, Convert.ToHexStringLower(expected.Span) + (expected.Length < 64 ? " and zeros" : ""), Convert.ToHexStringLower(seen));
    }

    private static bool CheckMeasurement(string name, IReadOnlyList<ReadOnlyMemory<byte>>? accepted, ReadOnlySpan<byte> seen, StepLog log)
    {
        if (accepted is null)
        {
            return true;
        }

        var found = false;
        foreach (var value in accepted)
        {
            found |= seen.SequenceEqual(value.Span);
        }

        var expected = accepted.Count == 0 ? "(nothing is accepted)" : string.Join(" or ", accepted.Select(value => Convert.ToHexStringLower(value.Span)));
        return log.Check(TdxStep.Measurement, found, $"{name} {expected}", Convert.ToHexStringLower(seen));
    }

    private static bool CheckBits(string name, ulong expected, ulong mask, ulong seen, StepLog log) =>
        mask == 0 || log.Check(TdxStep.Attributes, (seen & mask) == (expected & mask), $"{name} {expected & mask:x16} under mask {mask:x16}", $"{seen:x16}");
}
