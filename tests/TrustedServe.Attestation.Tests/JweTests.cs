using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tests.Support;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests;

public sealed class JweTests
{
    [Fact]
    public void Opens_what_another_implementation_made()
    {
        using var key = JweVector.Recipient();
        using var opened = JweReader.Decrypt(JweVector.Answer, key);
        Assert.Equal(JweVector.Plaintext, Encoding.UTF8.GetString(opened.Span));
    }

    [Fact]
    public void Wrapping_key_equals_that_of_another_implementation()
    {
        using var key = JweVector.Recipient();
        using var header = JsonDocument.Parse(JweVector.Header);
        using var ephemeral = ECDiffieHellman.Create(TeePublicKey.ParseEphemeral(header.RootElement.GetProperty("epk")));
        using var derived = KeyAgreement.Derive(key, ephemeral);
        Assert.Equal(JweVector.WrappingKey, Convert.ToHexStringLower(derived.Span));

        // The framework's own hash-based derivation is the same function, reached by another path.
        var other = key.DeriveKeyFromHash(
            ephemeral.PublicKey,
            HashAlgorithmName.SHA256,
            [0, 0, 0, 1],
            [0, 0, 0, 14, .. "ECDH-ES+A256KW"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        Assert.Equal(JweVector.WrappingKey, Convert.ToHexStringLower(other));
    }

    [Fact]
    public void Header_has_the_exact_form_that_stock_clients_rebuild() => Assert.Equal(
        JweVector.Answer.Protected,
        JweHeader.WriteEc("LLMqsxFuZb7otyLZ8aZhoIIUVYvHUSYldoMbHgOWXX8", "17smqxnqb-GxEwP6fa_7h2-SUn6J6X1nUu-GbIrlBPM"));

    [Fact]
    public void Opens_the_vectors_of_Trustee()
    {
        Assert.SkipWhen(Repository.Shared is null, "The folder of third-party vectors is not here.");
        var folder = Path.Combine(Repository.Shared!, "data", "tdx", "kbs", "generated");
        var plaintext = File.ReadAllBytes(Path.Combine(folder, "ec_5_resource_plaintext.bin"));

        using var ec = ECDiffieHellman.Create();
        ec.ImportFromPem(File.ReadAllText(Path.Combine(folder, "ec_tee_private_key_TEST_ONLY.pem")));
        using var fromEc = JweReader.Decrypt(FlattenedJwe.Parse(File.ReadAllBytes(Path.Combine(folder, "ec_5_resource_response_jwe.json"))), ec);
        Assert.Equal(plaintext, fromEc.Span.ToArray());

        using var rsa = RSA.Create();
        rsa.ImportFromPem(File.ReadAllText(Path.Combine(folder, "rsa_tee_private_key_TEST_ONLY.pem")));
        using var fromRsa = JweReader.Decrypt(FlattenedJwe.Parse(File.ReadAllBytes(Path.Combine(folder, "rsa_5_resource_response_jwe.json"))), rsa);
        Assert.Equal(plaintext, fromRsa.Span.ToArray());

        using var jwk = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "rsa_tee_pubkey.jwk.json")));
        using var again = JweReader.Decrypt(JweWriter.Encrypt(TeePublicKey.Parse(jwk.RootElement), plaintext), rsa);
        Assert.Equal(plaintext, again.Span.ToArray());
    }

    [Fact]
    public void Any_content_comes_back_over_EC_and_the_wire()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var recipient = TeePublicKey.Parse(TeePublicKey.ToJwk(key));
        Gen.Byte.Array[0, 5000].Sample(
            content =>
            {
                var wire = KbsJson.Write(JweWriter.Encrypt(recipient, content));
                using var opened = JweReader.Decrypt(FlattenedJwe.Parse(wire), key);
                return opened.Span.SequenceEqual(content);
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void Any_content_comes_back_over_RSA()
    {
        using var key = RSA.Create(2048);
        var numbers = key.ExportParameters(false);
        var jwk = KbsJson.Element(new Dictionary<string, string> { ["kty"] = "RSA", ["alg"] = "RSA-OAEP-256", ["n"] = StrictBase64Url.Encode(numbers.Modulus), ["e"] = "AQAB" });
        var recipient = TeePublicKey.Parse(jwk);
        Gen.Byte.Array[0, 500].Sample(
            content =>
            {
                using var opened = JweReader.Decrypt(JweWriter.Encrypt(recipient, content), key);
                return opened.Span.SequenceEqual(content);
            },
            iter: 20,
            threads: 1);
    }

    [Fact]
    public void Rejects_answer_for_another_key()
    {
        using var ec = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        Refused(() => JweReader.Decrypt(JweVector.Answer, ec));
        using var rsa = RSA.Create(2048);
        Refused(() => JweReader.Decrypt(JweVector.Answer, rsa));
    }

    [Theory]
    [InlineData("tag", 12)]
    [InlineData("tag", 24)]
    [InlineData("iv", 16)]
    [InlineData("iv", 8)]
    [InlineData("encrypted_key", 39)]
    [InlineData("encrypted_key", 48)]
    public void Rejects_a_member_of_another_length(string member, int bytes)
    {
        using var key = JweVector.Recipient();
        var text = System.Buffers.Text.Base64Url.EncodeToString(new byte[bytes]);
        var good = JweVector.Answer;
        Refused(() => JweReader.Decrypt(
            member switch
            {
                "tag" => good with { Tag = text },
                "iv" => good with { Iv = text },
                _ => good with { EncryptedKey = text },
            },
            key));
    }

    [Fact]
    public void Rejects_every_changed_character()
    {
        using var key = JweVector.Recipient();
        var good = JweVector.Answer;
        foreach (var (text, change) in new (string, Func<string, FlattenedJwe>)[]
        {
            (good.Protected, value => good with { Protected = value }),
            (good.EncryptedKey, value => good with { EncryptedKey = value }),
            (good.Iv, value => good with { Iv = value }),
            (good.Ciphertext, value => good with { Ciphertext = value }),
            (good.Tag, value => good with { Tag = value }),
        })
        {
            for (var i = 0; i < text.Length; i++)
            {
                var changed = text.ToCharArray();
                changed[i] = changed[i] == 'A' ? 'B' : 'A';
                Refused(() => JweReader.Decrypt(change(new string(changed)), key));
            }

            Refused(() => JweReader.Decrypt(change(""), key));
            Refused(() => JweReader.Decrypt(change(text[..^1]), key));
            Refused(() => JweReader.Decrypt(change(text + "A"), key));
            Refused(() => JweReader.Decrypt(change(text + "="), key));
            Refused(() => JweReader.Decrypt(change(text + " "), key));
        }
    }

    [Theory]
    [InlineData("""{"alg":"ECDH-ES","enc":"A256GCM"}""")]
    [InlineData("""{"alg":"dir","enc":"A256GCM"}""")]
    [InlineData("""{"alg":"RSA1_5","enc":"A256GCM"}""")]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM"}""")]
    [InlineData("""{"alg":"ECDH-ES+A256KW","enc":"A128GCM"}""")]
    [InlineData("""{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}""")]
    [InlineData("""{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":null}""")]
    [InlineData("""{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":{"crv":"P-256","kty":"EC","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}""")]
    [InlineData("""{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":{"crv":"P-384","kty":"EC","x":"AA","y":"AA"}}""")]
    [InlineData("""{"alg":"ECDH-ES+A256KW","alg":"ECDH-ES+A256KW","enc":"A256GCM"}""")]
    [InlineData("""{"alg":"\ud800","enc":"A256GCM"}""")]
    [InlineData("""{"\ud800":1,"alg":"ECDH-ES+A256KW","enc":"A256GCM"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    public void Rejects_other_headers(string header)
    {
        using var key = JweVector.Recipient();
        Refused(() => JweReader.Decrypt(JweVector.Answer with { Protected = StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header)) }, key));
    }

    [Theory]
    [InlineData("crit", """["exp"]""")]
    [InlineData("zip", "\"DEF\"")]
    [InlineData("apu", "\"QQ\"")]
    [InlineData("apv", "\"QQ\"")]
    public void Rejects_header_members_that_change_the_meaning(string name, string value)
    {
        using var key = JweVector.Recipient();
        var header = JweVector.Header[..^1] + $",\"{name}\":{value}}}";
        Assert.Contains($"'{name}'", Refused(() => JweReader.Decrypt(JweVector.Answer with { Protected = StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header)) }, key)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"protected":"","encrypted_key":"","iv":"","ciphertext":""}""")]
    [InlineData("""{"protected":"","encrypted_key":"","iv":"","ciphertext":"","tag":null}""")]
    [InlineData("""{"protected":"","encrypted_key":"","iv":"","ciphertext":"","tag":"","aad":"AA"}""")]
    [InlineData("""{"protected":"","encrypted_key":"","iv":"","ciphertext":"","tag":"","header":{"alg":"dir"}}""")]
    [InlineData("""{"protected":"","protected":"","encrypted_key":"","iv":"","ciphertext":"","tag":""}""")]
    [InlineData("""{"protected":"","encrypted_key":"","iv":"","ciphertext":"","tag":"","\ud800":""}""")]
    public void Rejects_what_is_not_a_flattened_JWE(string json) => Refused(() => FlattenedJwe.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Rejects_oversize_before_reading() => Refused(() => FlattenedJwe.Parse(new byte[(2 << 20) + 1]));

    [Fact]
    public void Any_bytes_are_read_or_refused_with_the_code()
    {
        using var key = JweVector.Recipient();
        var good = KbsJson.Write(JweVector.Answer);
        Gen.OneOf(
            Gen.Byte.Array[0, 300],
            Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, (at, value) =>
            {
                var bytes = (byte[])good.Clone();
                bytes[at] = value;
                return bytes;
            })).Sample(
            bytes =>
            {
                try
                {
                    using var opened = JweReader.Decrypt(FlattenedJwe.Parse(bytes), key);
                    Assert.Equal(JweVector.Plaintext, Encoding.UTF8.GetString(opened.Span));
                }
                catch (TsfException exception)
                {
                    Assert.Equal(TsfErrors.MalformedJwe, exception.Error);
                }
            },
            iter: 5_000,
            threads: 1);
    }

    private static string Refused(Func<object> action)
    {
        var exception = Assert.Throws<TsfException>(action);
        Assert.Equal(TsfErrors.MalformedJwe, exception.Error);
        return exception.Message;
    }
}
