using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests;

/// <summary>Answers that open but for the one thing that is wrong with them: each is refused for that thing.</summary>
public sealed class JweTamperingTests : IDisposable
{
    private readonly JweForge forge = new();

    public static TheoryData<string, string> Answers => new()
    {
        { "protected header edited", "The content does not open" },
        { "tag truncated to 12 bytes", "'tag' is not 16 bytes" },
        { "tag made with 12 bytes", "'tag' is not 16 bytes" },
        { "iv of 16 bytes", "'iv' is not 12 bytes" },
        { "encrypted_key of 39 bytes", "'encrypted_key' is not 40 bytes" },
        { "encrypted_key of 48 bytes", "'encrypted_key' is not 40 bytes" },
    };

    public static TheoryData<string, string> Headers => new()
    {
        { "enc A128GCM", "The content cipher is not A256GCM" },
        { "enc missing", "The content cipher is not A256GCM" },
        { "alg none", "The key algorithm is not ECDH-ES+A256KW" },
        { "alg dir", "The key algorithm is not ECDH-ES+A256KW" },
        { "alg RSA1_5", "The key algorithm is not ECDH-ES+A256KW" },
        { "alg missing", "The key algorithm is not ECDH-ES+A256KW" },
        { "epk missing", "no ephemeral key" },
        { "epk on P-384", "the only curve is P-256" },
        { "epk on P-384 under the name of P-256", "a coordinate is not 32 bytes" },
        { "epk not on the curve", "its point is not on the curve" },
        { "epk at infinity, as zeros", "its point is not on the curve" },
        { "epk at infinity, as nothing", "a coordinate is not 32 bytes" },
    };

    public void Dispose() => forge.Dispose();

    [Fact]
    public void Opens_what_is_wrong_in_nothing()
    {
        using var opened = JweReader.Decrypt(forge.Make(), forge.Recipient);
        Assert.Equal(JweForge.Plaintext, opened.Span.ToArray());
        using var fromRsa = JweReader.Decrypt(forge.MakeRsa("RSA-OAEP-256", RSAEncryptionPadding.OaepSHA256), forge.RsaRecipient);
        Assert.Equal(JweForge.Plaintext, fromRsa.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Rejects_an_answer_for_what_was_changed(string name, string why)
    {
        var good = forge.Make();
        Refused(why, name switch
        {
            "protected header edited" => good with { Protected = WithKeyId(good.Protected) },
            "tag truncated to 12 bytes" => good with { Tag = Edit(good.Tag, bytes => bytes[..12]) },
            "tag made with 12 bytes" => forge.Make(tagBytes: 12),
            "iv of 16 bytes" => good with { Iv = Edit(good.Iv, bytes => [.. bytes, 0, 0, 0, 1]) },
            "encrypted_key of 39 bytes" => good with { EncryptedKey = Edit(good.EncryptedKey, bytes => bytes[..39]) },
            _ => good with { EncryptedKey = Edit(good.EncryptedKey, bytes => [.. bytes, .. new byte[8]]) },
        });
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void Rejects_a_header_for_what_it_says(string name, string why)
    {
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);
        Refused(why, forge.Make(header =>
        {
            var key = header["epk"]!;
            switch (name)
            {
                case "enc A128GCM":
                    header["enc"] = "A128GCM";
                    break;
                case "enc missing":
                    header.Remove("enc");
                    break;
                case "alg missing":
                    header.Remove("alg");
                    break;
                case "epk missing":
                    header.Remove("epk");
                    break;
                case "epk on P-384":
                    header["epk"] = JweForge.Jwk(other);
                    break;
                case "epk on P-384 under the name of P-256":
                    header["epk"] = JweForge.Jwk(other);
                    header["epk"]!["crv"] = "P-256";
                    break;
                case "epk not on the curve":
                    key["y"] = Edit(key["y"]!.GetValue<string>(), bytes => [.. bytes[..31], (byte)(bytes[31] ^ 1)]);
                    break;
                case "epk at infinity, as zeros":
                    (key["x"], key["y"]) = (StrictBase64Url.Encode(new byte[32]), StrictBase64Url.Encode(new byte[32]));
                    break;
                case "epk at infinity, as nothing":
                    (key["x"], key["y"]) = ("", "");
                    break;
                default:
                    header["alg"] = name["alg ".Length..];
                    break;
            }
        }));
    }

    [Fact]
    public void Rejects_RSA_with_the_padding_of_PKCS1_and_with_that_of_SHA1()
    {
        Refused("The key algorithm is not RSA-OAEP-256", () => JweReader.Decrypt(forge.MakeRsa("RSA1_5", RSAEncryptionPadding.Pkcs1), forge.RsaRecipient));
        Refused("The key algorithm is not RSA-OAEP-256", () => JweReader.Decrypt(forge.MakeRsa("RSA-OAEP", RSAEncryptionPadding.OaepSHA1), forge.RsaRecipient));
        Refused("The content key does not open", () => JweReader.Decrypt(forge.MakeRsa("RSA-OAEP-256", RSAEncryptionPadding.Pkcs1), forge.RsaRecipient));
        Refused("The content key does not open", () => JweReader.Decrypt(forge.MakeRsa("RSA-OAEP-256", RSAEncryptionPadding.OaepSHA1), forge.RsaRecipient));
    }

    private static string WithKeyId(string protectedHeader)
    {
        var header = JsonNode.Parse(JweVector.Bytes(protectedHeader))!;
        header["kid"] = "a";
        return StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header.ToJsonString()));
    }

    private static string Edit(string base64Url, Func<byte[], byte[]> edit) => StrictBase64Url.Encode(edit(JweVector.Bytes(base64Url)));

    private void Refused(string why, FlattenedJwe answer) => Refused(why, () => JweReader.Decrypt(answer, forge.Recipient));

    private static void Refused(string why, Func<object> open)
    {
        var exception = Assert.Throws<TsfException>(open);
        Assert.Equal(TsfErrors.MalformedJwe, exception.Error);
        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
    }
}
