using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Attestation.Tests.Tdx.Verification;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.Certificates;

public sealed class CertificateTests
{
    private static readonly SyntheticPki Pki = SyntheticPki.Shared;

    [Fact]
    public void TrustAnchor_Default_IsIntelsRoot()
    {
        Assert.Same(TrustAnchor.IntelSgxRoot, TdxVerifierOptions.Default.TrustAnchor);
        Assert.Equal("46e403bd34f05a3f2817ab9badcaacc7ffc98e0f261008cd30dae936cace18d5dcf58eef31463613de1570d516200993", TrustAnchor.IntelSgxRoot.KeyId);
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var root = PemChain.Parse(RealEvidence.Read("collateral", "intel_sgx_root_ca.pem"), 1)[0];
        Assert.True(TrustAnchor.IntelSgxRoot.Is(root.PublicKey.Span));
        Assert.True(root.IsSignedBy(TrustAnchor.IntelSgxRoot.Key));
        Assert.Equal("22650cd65a9d3489f383b49552bf501b392706ac", root.Serial.ToString());
    }

    [Fact]
    public void TrustAnchor_NotOnTheCurve_IsRefused() => Assert.Throws<ArgumentException>(() => TrustAnchor.InsecureFromPublicKey(new byte[64]));

    [Fact]
    public void Certificate_ReadsWhatTheFrameworkReads()
    {
        foreach (var der in new[] { Pki.Root, Pki.PlatformCa, Pki.TcbSigner, Pki.Leaf() })
        {
            using var expected = X509CertificateLoader.LoadCertificate(der);
            var read = SgxCertificate.Parse(der);
            Assert.Equal(expected.SubjectName.RawData, read.Subject.ToArray());
            Assert.Equal(expected.IssuerName.RawData, read.Issuer.ToArray());
            Assert.Equal(expected.GetNameInfo(X509NameType.SimpleName, forIssuer: false), read.CommonName);
            Assert.Equal(expected.NotBefore.ToUniversalTime(), read.NotBefore.UtcDateTime);
            Assert.Equal(expected.NotAfter.ToUniversalTime(), read.NotAfter.UtcDateTime);
            Assert.Equal(expected.PublicKey.EncodedKeyValue.RawData[1..], read.PublicKey.ToArray());
            Assert.Equal(expected.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages, read.KeyUsage);
            Assert.Equal(expected.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, read.IsCertificateAuthority);
            Assert.EndsWith(expected.SerialNumber.ToLowerInvariant(), read.Serial.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Intel\nSGX Root CA")]
    [InlineData("Intel SGX Root CA\u001b[2J")]
    [InlineData("Intel SGX Root CA with a name that is longer than the standard allows")]
    [InlineData("Íntel SGX Root CA")]
    public void Certificate_NameUnfitToShow_CountsAsNone(string name) =>
        Assert.Null(SgxCertificate.Parse(SyntheticPki.Make(name, Pki.LeafKey, Pki.Root, Pki.RootKey, "01", false)).CommonName);

    [Fact]
    public void RevocationList_OfTheRealPlatformAuthority_IsRead()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var list = RevocationList.Parse(RealEvidence.Read("collateral", "pck_crl_platform_2023-06.der"));
        Assert.Equal(44, list.Count);
        Assert.Equal(CertificateRules.PlatformAuthorityName, list.IssuerCommonName);
        Assert.Equal(RealEvidence.At("2023-06-08T07:27:52Z"), list.ThisUpdate);
        Assert.Equal(RealEvidence.At("2023-07-08T07:27:52Z"), list.NextUpdate);
        Assert.True(list.Revokes(Serial("6fc34e5023e728923435d61aa4b83c618166ad35")));
        Assert.False(list.Revokes(Serial("6fc34e5023e728923435d61aa4b83c618166ad34")));
        Assert.Equal(0, RevocationList.Parse(RealEvidence.Read("collateral", "root_ca_crl_2023-04.der")).Count);
    }

    [Fact]
    public void RevocationList_FindsSerialsWhateverTheirLeadingZeros()
    {
        var list = RevocationList.Parse(SyntheticPki.Crl(CertificateRules.RootName, Pki.RootKey, SyntheticCollateral.Issued, SyntheticCollateral.Next, "ff01", "00ff02"));
        Assert.True(list.Revokes(Serial("00ff01")) && list.Revokes(Serial("00ff02")) && !list.Revokes(Serial("0f01")));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("80", false)]
    [InlineData("01000000000000000000000000000000000000000000", false)]
    [InlineData("00ffffffffffffffffffffffffffffffffffffffff", true)]
    [InlineData("01", true)]
    public void SerialNumber_IsPositiveAndAtMost20Bytes(string hex, bool valid) => Assert.Equal(valid, SerialNumber.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void Refusals_AreTyped()
    {
        Assert.Equal("TSF3202", Assert.Throws<TsfException>(() => SgxCertificate.Parse(new byte[SgxCertificate.MaxLength + 1])).Code);
        Assert.Equal("TSF3202", Assert.Throws<TsfException>(() => RevocationList.Parse(new byte[RevocationList.MaxLength + 1])).Code);
        Assert.Equal("TSF3202", Assert.Throws<TsfException>(() => PckExtension.Parse(new byte[PckExtension.MaxLength + 1])).Code);
        Assert.Equal("TSF3202", Assert.Throws<TsfException>(() => PemChain.Parse(Encoding.ASCII.GetBytes(new string('A', PemChain.MaxLength + 1)), 3)).Code);
    }

    [Fact]
    public void Signatures_OutOfRangeOrMalformed_AreFalse_NotThrown()
    {
        var data = "data"u8.ToArray();
        using var key = SyntheticPki.NewKey();
        var point = SyntheticPki.Point(key);
        Assert.True(new P256Key(point).VerifyFixed(data, key.SignData(data, HashAlgorithmName.SHA256)));
        foreach (var length in new[] { 0, 1, 63, 64, 65, 128 })
        {
            Assert.False(new P256Key(point).VerifyFixed(data, new byte[length]));
            Assert.False(new P256Key(point).VerifyFixed(data, [.. Enumerable.Repeat((byte)0xff, length)]));
            Assert.False(new P256Key(point).VerifyDer(data, new byte[length]));
        }

        Assert.False(new P256Key(new byte[64]).VerifyFixed(data, new byte[64]));
        Assert.False(new P256Key(new byte[10]).VerifyDer(data, new byte[64]));
    }

    private static SerialNumber Serial(string hex)
    {
        Assert.True(SerialNumber.TryRead([0, .. Convert.FromHexString(hex)], out var serial));
        return serial;
    }
}
