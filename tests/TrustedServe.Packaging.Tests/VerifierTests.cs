using System.Security.Cryptography;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

public sealed class VerifierTests
{
    [Fact]
    public async Task Report_says_what_is_proven_about_the_signature()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publisher = fixture.Publisher.ExportSubjectPublicKeyInfo();
        var start = 12 + fixture.EnvelopeLength;
        byte[] unsigned = [.. fixture.Whole[..start], .. new byte[97], .. fixture.Whole[(start + 97)..]];
        var invalid = fixture.Whole.ToArray();
        invalid[start + 50] ^= 1;

        Assert.Equal(SignatureState.Valid, (await ReportAsync(fixture.Whole, publisher)).Signature);
        Assert.Equal(SignatureState.NotChecked, (await ReportAsync(fixture.Whole, null)).Signature);
        Assert.Equal(SignatureState.OtherPublisher, (await ReportAsync(fixture.Whole, stranger.ExportSubjectPublicKeyInfo())).Signature);
        Assert.Equal(SignatureState.Invalid, (await ReportAsync(invalid, publisher)).Signature);
        var report = await ReportAsync(unsigned, publisher);
        Assert.Equal((SignatureState.Absent, (string?)null), (report.Signature, report.Signer));
    }

    [Fact]
    public async Task Changed_ciphertext_is_not_claimed_to_be_whole()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        var changed = fixture.Whole.ToArray();
        changed[^1] ^= 1;
        var report = await ReportAsync(changed, null);
        Assert.Contains(report.NotProven, sentence => sentence.Contains("decrypts", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Proven, sentence => sentence.Contains("decrypts", StringComparison.Ordinal));
        var failure = await Refusals.ExpectAsync("TSF1005", async () => await (await SealedPackage.OpenAsync(new SlowSource(changed), default)).VerifyAsync(fixture.Record, null, default));
        Assert.Contains("segment 0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publisher_of_another_curve_is_refused()
    {
        using var fixture = await SealedFixture.CreateAsync(40);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await Refusals.ExpectAsync("TSF1018", () => ReportAsync(fixture.Whole, other.ExportSubjectPublicKeyInfo()));
        using var temporary = new TemporaryDirectory();
        File.WriteAllBytes(temporary["a"], fixture.Whole);
        await Refusals.ExpectAsync("TSF1018", () => PackageSigner.SignAsync(temporary["a"], other, default));
        Assert.Equal(fixture.Whole, File.ReadAllBytes(temporary["a"]));
        await using var source = ModelStores.OpenFile(temporary["a"]);
        Assert.Equal("sample", (await PackageVerifier.VerifyWithoutKeyAsync(source, null, default)).Envelope.Model);
    }

    private static Task<VerificationReport> ReportAsync(byte[] bytes, byte[]? publisher) =>
        PackageVerifier.VerifyWithoutKeyAsync(new SlowSource(bytes), publisher is null ? default(ReadOnlyMemory<byte>?) : publisher, default);
}
