using System.Security.Cryptography;
using TrustedServe.Attestation.Ear;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Ear;

public sealed class EarKeySetTests
{
    [Fact]
    public void Rejects_everything_but_one_P256_public_key_as_PEM()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        Assert.Equal(1, EarKeySet.FromPem(p256.ExportSubjectPublicKeyInfoPem()).Count);
        foreach (var pem in (string[])[
            "", "AAAA", p256.ExportPkcs8PrivateKeyPem(), p256.ExportECPrivateKeyPem(), p384.ExportSubjectPublicKeyInfoPem(), rsa.ExportSubjectPublicKeyInfoPem(),
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
        {
            Assert.Equal(TsfErrors.InvalidEarSigner, Assert.Throws<TsfException>(() => EarKeySet.FromPem(pem)).Error);
        }
    }

    [Fact]
    public void Rejects_sets_without_a_usable_key()
    {
        using var signer = new EarSigner();
        var offCurve = signer.Jwk();
        offCurve["y"] = offCurve["x"]!.GetValue<string>();
        var cut = signer.Jwk();
        cut["x"] = "AA";
        var encryption = signer.Jwk();
        encryption["use"] = "enc";
        foreach (var json in (byte[][])[
            EarSigner.Jwks(), EarSigner.Jwks(offCurve), EarSigner.Jwks(cut), EarSigner.Jwks(encryption), EarSigner.Jwks(signer.Jwk(new string('k', 300))),
            EarSigner.Jwks([.. Enumerable.Range(0, EarKeySet.MaxKeys + 1).Select(_ => signer.Jwk())]),
            [], "{}"u8.ToArray(), "{\"keys\":{}}"u8.ToArray(), "{\"keys\":[1,null]}"u8.ToArray(), "{\"keys\":[],\"keys\":[]}"u8.ToArray(), "{\"\\ud800\":1}"u8.ToArray(),
            new byte[EarKeySet.MaxLength + 1]])
        {
            Assert.Equal(TsfErrors.InvalidEarSigner, Assert.Throws<TsfException>(() => EarKeySet.FromJwks(json)).Error);
        }
    }
}
