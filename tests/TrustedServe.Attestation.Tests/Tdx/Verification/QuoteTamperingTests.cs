using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>Spoils quotes of real platforms and synthetic ones of every version and body, and names the step that must notice.</summary>
public sealed class QuoteTamperingTests
{
    private static readonly string[] Sources = ["real v4", "real v5 type 3", "synthetic v4", "synthetic v5 type 2", "synthetic v5 type 3"];

    private static readonly Lazy<Dictionary<string, byte[]>> SyntheticQuotes = new(() => new Dictionary<string, byte[]>
    {
        ["synthetic v4"] = new SyntheticQuote().Build(),
        ["synthetic v5 type 2"] = new SyntheticQuote { Version = 5 }.Build(),
        ["synthetic v5 type 3"] = new SyntheticQuote { Version = 5, BodyType = 3 }.Build(),
    });

    private static readonly Lazy<VerifiedCollateral> SyntheticCollateral = new(() => VerifiedCollateral.Create(new SyntheticCollateral().Build(), SyntheticPki.Shared.Anchor));

    public static TheoryData<string, string, TdxStep?> Cases()
    {
        var rows = new TheoryData<string, string, TdxStep?>();
        foreach (var source in Sources)
        {
            foreach (var (name, (_, step)) in TamperedQuote.Cases)
            {
                rows.Add(source, name, step);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tampered_IsRefusedAtTheNamedStep(string source, string name, TdxStep? step)
    {
        var verdict = Verify(source, TamperedQuote.Cases[name].Edit);
        Assert.Equal(step, verdict.Refusal?.Step);
        Assert.Equal(step is null, verdict.IsAccepted);
    }

    [Theory]
    [InlineData("real v5 type 3", 2)]
    [InlineData("synthetic v5 type 3", 2)]
    [InlineData("synthetic v5 type 2", 3)]
    public void Tampered_BodyDescriptor_IsMalformed(string source, byte otherType)
    {
        foreach (var type in new ushort[] { 0, 1, otherType, 4, 0xffff })
        {
            Assert.Equal(TdxStep.Format, Verify(source, q => Overwrite(q, 48, BitConverter.GetBytes(type))).Refusal?.Step);
        }

        foreach (var size in new uint[] { 0, 583, 585, 647, 649, 0xffffffff })
        {
            Assert.Equal(TdxStep.Format, Verify(source, q => Overwrite(q, 50, BitConverter.GetBytes(size))).Refusal?.Step);
        }
    }

    [Theory]
    [InlineData("real v5 type 3")]
    [InlineData("synthetic v5 type 3")]
    public void Tampered_FieldsOfTdx15_BreakTheSignature(string source)
    {
        foreach (var offset in new[] { 638, 653, 654, 701 })
        {
            Assert.Equal(TdxStep.QuoteSignature, Verify(source, q => Overwrite(q, offset, (byte)(q[offset] ^ 1))).Refusal?.Step);
        }
    }

    [Fact]
    public void Tampered_PemByteOfRealQuote_BreaksTheLeaf()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        Assert.Equal(TdxStep.PckChainSignatures, Verify("real v4", q => QuoteEdit.Xor(q, 1500)).Refusal?.Step);
    }

    [Theory]
    [InlineData("v4_gce_cos113", "v4_debug_td_50806f")]
    [InlineData("v4_debug_td_50806f", "v4_gce_cos113")]
    public void SignatureDataOfAnotherQuote_IsRefused(string signatureOf, string bodyOf)
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var spliced = QuoteEdit.WithSignatureDataOf(RealEvidence.Quote(bodyOf), RealEvidence.Quote(signatureOf));
        Assert.Equal(TdxStep.QuoteSignature, SignatureOnly(spliced).Refusal?.Step);
    }

    [Fact]
    public void ChainOfAnotherPlatform_IsRefusedByTheQeReport()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var spliced = QuoteEdit.ReplaceChain(RealEvidence.Quote("v4_debug_td_50806f"), QuoteEdit.ChainOf(RealEvidence.Quote("v4_gce_cos113")));
        Assert.Equal(TdxStep.QeReportSignature, SignatureOnly(spliced).Refusal?.Step);
    }

    [Fact]
    public void SignatureDataOfAnotherSyntheticQuote_IsRefused()
    {
        var other = new SyntheticQuote { EditBody = body => body[136] ^= 1 }.Build();
        Assert.Equal(TdxStep.QuoteSignature, Verify("synthetic v4", q => QuoteEdit.WithSignatureDataOf(q, other)).Refusal?.Step);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(63)]
    public void QeReportBinding_ComparesAll64Bytes(int index)
    {
        var quote = new SyntheticQuote { EditBinding = binding => binding[index] = 1 }.Build();
        Assert.Equal(TdxStep.QeReportBinding, Verify("synthetic v4", _ => quote).Refusal?.Step);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void AuthenticationData_OfAnyLength_IsBound(int length)
    {
        var quote = new SyntheticQuote { AuthData = new byte[length] }.Build();
        Assert.True(Verify("synthetic v4", _ => quote).IsAccepted);
    }

    private static TdxVerdict Verify(string source, Func<byte[], byte[]> edit)
    {
        if (SyntheticQuotes.Value.TryGetValue(source, out var quote))
        {
            return TdxVerifier.Verify(edit([.. quote]), SyntheticCollateral.Value, Synthetic.SyntheticCollateral.Clock, SyntheticVerdictTests.Options());
        }

        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        return source == "real v4"
            ? TdxVerifier.Verify(edit(RealEvidence.Quote("v4_debug_td_50806f")), RealEvidence.Collateral("2023"), RealEvidence.At("2023-07-01T00:00:00Z"), RealEvidence.Options("d"))
            : TdxVerifier.Verify(edit(RealEvidence.Quote("v5_tdx15_90c06f")), RealEvidence.Collateral("90c06f"), RealEvidence.At("2026-02-15T00:00:00Z"), RealEvidence.Options("ce"));
    }

    private static TdxVerdict SignatureOnly(byte[] quote) =>
        TdxVerifier.Verify(quote, collateral: null, RealEvidence.At("2026-03-01T00:00:00Z"), RealEvidence.Options("dn"));

    private static byte[] Overwrite(byte[] quote, int offset, params byte[] values)
    {
        values.CopyTo(quote, offset);
        return quote;
    }
}
