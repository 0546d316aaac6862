using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

public sealed class ExpectationTests
{
    private static readonly byte[] Data = [.. SyntheticQuote.Measurement(0x55), .. new byte[16]];

    private static TdxExpectations Matching => new()
    {
        ReportData = Data,
        MrTd = One(0x22),
        Rtmr0 = One(0x40),
        Rtmr1 = One(0x41),
        Rtmr2 = One(0x42),
        Rtmr3 = One(0x43),
        MrConfigId = One(0x33),
        MrOwner = One(0),
        MrOwnerConfig = One(0),
        MrSeam = [SyntheticQuote.Measurement(1), SyntheticQuote.Measurement(0x11)],
        TdAttributes = 0x10000000,
        TdAttributesMask = 0xffffffff,
        Xfam = 0xe7,
        XfamMask = 0xff,
    };

    public static TheoryData<string> Fields => ["ReportData", "MrTd", "Rtmr0", "Rtmr1", "Rtmr2", "Rtmr3", "MrConfigId", "MrOwner", "MrOwnerConfig", "MrSeam", "TdAttributes", "Xfam", "empty list"];

    [Fact]
    public void Accepts_TheExpectedTd() => Assert.Null(Verify(Matching, null).Refusal);

    [Theory]
    [MemberData(nameof(Fields))]
    public void Rejects_OneByteOfDifference(string field)
    {
        var (expectations, step) = field switch
        {
            "ReportData" => (Matching with { ReportData = Data[..63].Append((byte)1).ToArray() }, TdxStep.ReportData),
            "MrTd" => (Matching with { MrTd = AllBut(0x22) }, TdxStep.Measurement),
            "Rtmr0" => (Matching with { Rtmr0 = AllBut(0x40) }, TdxStep.Measurement),
            "Rtmr1" => (Matching with { Rtmr1 = AllBut(0x41) }, TdxStep.Measurement),
            "Rtmr2" => (Matching with { Rtmr2 = AllBut(0x42) }, TdxStep.Measurement),
            "Rtmr3" => (Matching with { Rtmr3 = AllBut(0x43) }, TdxStep.Measurement),
            "MrConfigId" => (Matching with { MrConfigId = AllBut(0x33) }, TdxStep.Measurement),
            "MrOwner" => (Matching with { MrOwner = AllBut(0) }, TdxStep.Measurement),
            "MrOwnerConfig" => (Matching with { MrOwnerConfig = AllBut(0) }, TdxStep.Measurement),
            "MrSeam" => (Matching with { MrSeam = AllBut(0x11) }, TdxStep.Measurement),
            "TdAttributes" => (Matching with { TdAttributes = 0x50000000 }, TdxStep.Attributes),
            "Xfam" => (Matching with { Xfam = 0xe3 }, TdxStep.Attributes),
            _ => (Matching with { MrTd = [] }, TdxStep.Measurement),
        };
        Assert.Equal(step, Verify(expectations, null).Refusal?.Step);
    }

    [Fact]
    public void MrServiceTd_IsComparedInTdx15Reports_AndRefusedWhereItIsUnknown()
    {
        var none = new TdxExpectations { MrServiceTd = One(0) };
        var options = SyntheticVerdictTests.Options() with { Expectations = none };
        var quote = new SyntheticQuote { Version = 5, BodyType = 3 };
        Assert.True(SyntheticVerdictTests.Verify(quote, new SyntheticCollateral(), options).IsAccepted);
        Assert.Equal(TdxStep.Measurement, SyntheticVerdictTests.Verify(quote with { EditBody = body => body[600] = 1 }, new SyntheticCollateral(), options).Refusal?.Step);
        Assert.Equal(TdxStep.Measurement, Verify(none, null).Refusal?.Step);
    }

    [Fact]
    public void ReportData_ShorterThan64Bytes_NeedsZerosBehind()
    {
        var digest = new TdxExpectations { ReportData = SyntheticQuote.Measurement(0x55) };
        Assert.True(Verify(digest, null).IsAccepted);
        Assert.Equal(TdxStep.ReportData, Verify(digest, body => body[583] = 1).Refusal?.Step);
        Assert.Equal(TdxStep.ReportData, Verify(new TdxExpectations { ReportData = Array.Empty<byte>() }, null).Refusal?.Step);
        Assert.Equal(TdxStep.ReportData, Verify(new TdxExpectations { ReportData = new byte[65] }, null).Refusal?.Step);
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> One(byte value) => [SyntheticQuote.Measurement(value)];

    /// <summary>Forty-eight values, each of which differs from the right one in another one of its bytes.</summary>
    private static IReadOnlyList<ReadOnlyMemory<byte>> AllBut(byte value) =>
    [
        .. Enumerable.Range(0, 48).Select(at =>
        {
            var measurement = SyntheticQuote.Measurement(value);
            measurement[at] ^= 1;
            return (ReadOnlyMemory<byte>)measurement;
        }),
    ];

    private static TdxVerdict Verify(TdxExpectations expectations, Action<byte[]>? edit) =>
        SyntheticVerdictTests.Verify(new SyntheticQuote { EditBody = edit }, new SyntheticCollateral(), SyntheticVerdictTests.Options() with { Expectations = expectations });
}
