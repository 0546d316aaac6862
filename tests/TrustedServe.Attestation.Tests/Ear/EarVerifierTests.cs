using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Ear;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Tests.Tdx;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Ear;

public sealed class EarVerifierTests : IDisposable
{
    private readonly EarSigner signer = new();
    private readonly FakeTimeProvider time = new(EarSigner.Now);

    public void Dispose() => signer.Dispose();

    [Fact]
    public void Accepts_a_token_of_the_pinned_signer_about_ones_own_key()
    {
        var claims = Verify(signer.Sign());
        Assert.Equal((EarSigner.Issuer, EarSigner.Now, EarSigner.Now.AddMinutes(5)), (claims.Issuer, claims.IssuedAt, claims.Expires));
        Assert.Equal(EarStatus.Affirming, claims.Modules["cpu0"]);
        Assert.True(claims.Evidence.TryGetProperty("tdx", out _));
        Assert.Equal("AA", claims.TeePublicKey!.Value.GetProperty("x").GetString());
        Assert.NotNull(Verifier().Verify(signer.Sign(), signer.Keys, ownKey: null));
    }

    [Fact]
    public void Accepts_a_key_of_a_set_by_its_kid_and_refuses_another_kid()
    {
        using var other = new EarSigner();
        var set = EarKeySet.FromJwks(EarSigner.Jwks(other.Jwk("a"), signer.Jwk("b"), new JsonObject { ["kty"] = "RSA", ["n"] = "AA", ["e"] = "AQAB" }));
        Assert.Equal(2, set.Count);
        Assert.NotNull(Verifier().Verify(signer.Sign(header: With("kid", "b")), set, EarSigner.OwnKey));
        Assert.NotNull(Verifier().Verify(signer.Sign(), set, EarSigner.OwnKey));
        Refuses(TsfErrors.EarSignerUnknown, signer.Sign(header: With("kid", "c")), set);
        Refuses(TsfErrors.EarSignatureInvalid, signer.Sign(header: With("kid", "a")), set);
        Refuses(TsfErrors.MalformedEar, signer.Sign(header: With("kid", 1)), set);
    }

    [Fact]
    public void Never_uses_the_key_in_the_tokens_own_header()
    {
        using var stranger = new EarSigner();
        Refuses(TsfErrors.EarSignatureInvalid, stranger.Sign(header: With("jwk", stranger.Jwk())));
        Refuses(TsfErrors.EarSignatureInvalid, stranger.Sign(header: With("jku", "https://stranger.invalid/jwks")));
        Refuses(TsfErrors.EarSignatureInvalid, stranger.Sign(header: With("x5c", new JsonArray("AA=="))));

        // Trustee puts its key into the header too: that alone is no reason to refuse a token of the pinned signer.
        Assert.NotNull(Verify(signer.Sign(header: With("jwk", stranger.Jwk()))));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("ES384")]
    [InlineData("ES256K")]
    [InlineData("es256")]
    [InlineData("")]
    public void Rejects_every_other_algorithm_whatever_the_signature(string algorithm)
    {
        Refuses(TsfErrors.EarAlgorithmRefused, signer.Sign(header: With("alg", algorithm)));
        var unsigned = Unsigned(With("alg", algorithm));
        Refuses(TsfErrors.EarAlgorithmRefused, unsigned + ".");

        // The confusion of old: the public key, which everybody has, as the secret of an HMAC, in each form in which it travels.
        byte[][] forms = [Encoding.ASCII.GetBytes(signer.Pem), signer.PublicKeyInfo, Encoding.UTF8.GetBytes(signer.Jwk().ToJsonString())];
        Assert.All(forms, secret =>
            Refuses(TsfErrors.EarAlgorithmRefused, $"{unsigned}.{StrictBase64Url.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(unsigned)))}"));
    }

    [Theory]
    [InlineData("jwk without x5c")]
    [InlineData("x5c leaf that matches jwk")]
    [InlineData("x5c leaf that does not match jwk")]
    [InlineData("x5c leaf of the pinned signer over a stranger's jwk")]
    [InlineData("x5c without jwk")]
    public void Rejects_a_stranger_whatever_certificates_its_header_brings(string header)
    {
        using var stranger = new EarSigner();
        using var another = new EarSigner();
        var brought = EarSigner.Header();
        if (header != "x5c without jwk")
        {
            brought["jwk"] = stranger.Jwk();
        }

        var leaf = header switch
        {
            "jwk without x5c" => null,
            "x5c leaf that does not match jwk" => another.Certificate(),
            "x5c leaf of the pinned signer over a stranger's jwk" => signer.Certificate(),
            _ => stranger.Certificate(),
        };
        if (leaf is not null)
        {
            brought["x5c"] = new JsonArray(Convert.ToBase64String(leaf));
        }

        Refuses(TsfErrors.EarSignatureInvalid, stranger.Sign(header: brought));
    }

    [Fact]
    public void Rejects_a_header_without_algorithm_and_one_with_critical_extensions()
    {
        Refuses(TsfErrors.EarAlgorithmRefused, signer.Sign("{}", EarSigner.Claims().ToJsonString()));
        Refuses(TsfErrors.EarAlgorithmRefused, signer.Sign("""{"alg":["ES256"]}""", EarSigner.Claims().ToJsonString()));
        Refuses(TsfErrors.MalformedEar, signer.Sign(header: With("crit", new JsonArray("b64"))));
    }

    [Fact]
    public void Rejects_signatures_of_every_wrong_form()
    {
        var token = signer.Sign();
        var signed = token[..token.LastIndexOf('.')];
        foreach (var length in (int[])[0, 1, 63])
        {
            Refuses(TsfErrors.EarSignatureInvalid, $"{signed}.{StrictBase64Url.Encode(new byte[length])}");
        }

        Refuses(TsfErrors.EarSignatureInvalid, $"{signed}.{StrictBase64Url.Encode(new byte[64])}");
        Refuses(TsfErrors.MalformedEar, $"{signed}.{StrictBase64Url.Encode(new byte[65])}");
        Refuses(TsfErrors.MalformedEar, $"{signed}.====");
    }

    [Fact]
    public void Rejects_any_truncated_or_flipped_token()
    {
        var token = signer.Sign();
        Gen.Int[0, token.Length - 1].Sample(length => Assert.ThrowsAny<TsfException>(() => Verify(token[..length])));
        Gen.Select(Gen.Int[0, token.Length - 1], Gen.Char['!', 'z']).Sample((at, character) =>
        {
            if (token[at] != character)
            {
                Assert.ThrowsAny<TsfException>(() => Verify($"{token[..at]}{character}{token[(at + 1)..]}"));
            }
        });
    }

    [Theory]
    [InlineData(359, null)]
    [InlineData(360, "TSF3405")]
    [InlineData(-60, null)]
    [InlineData(-61, "TSF3406")]
    public void Time_counts_with_the_skew_and_not_beyond(int seconds, string? code)
    {
        var token = signer.Sign();
        Assert.Equal(code, CodeOf(token, EarSigner.Now.AddSeconds(seconds)));
    }

    [Fact]
    public void Not_before_counts_where_it_is_later_than_the_issue()
    {
        var claims = EarSigner.Claims();
        claims["nbf"] = EarSigner.Now.ToUnixTimeSeconds() + 100.5;
        var token = signer.Sign(claims);
        Assert.Equal("TSF3406", CodeOf(token, EarSigner.Now));
        Assert.Null(CodeOf(token, EarSigner.Now.AddSeconds(41)));
    }

    [Theory]
    [InlineData("exp", null)]
    [InlineData("iat", null)]
    [InlineData("exp", "\"soon\"")]
    [InlineData("exp", "1e300")]
    [InlineData("exp", "-1")]
    [InlineData("nbf", "true")]
    [InlineData("submods", null)]
    [InlineData("submods", "[]")]
    [InlineData("submods", "{\"gpu0\":{\"ear.status\":\"affirming\"}}")]
    [InlineData("submods", "{\"cpu0\":{}}")]
    [InlineData("submods", "{\"cpu0\":{\"ear.status\":\"fine\"}}")]
    [InlineData("submods", "{\"cpu0\":{\"ear.status\":2}}")]
    [InlineData("submods", "{\"cpu0\":3}")]
    public void Rejects_missing_and_meaningless_claims(string name, string? value) => Refuses(TsfErrors.MalformedEar, signer.Sign(Changed(name, value)));

    [Theory]
    [InlineData("iss", null, "TSF3407")]
    [InlineData("iss", "\"somebody\"", "TSF3407")]
    [InlineData("iss", "[\"CoCo-Attestation-Service\"]", "TSF3407")]
    [InlineData("eat_profile", null, "TSF3408")]
    [InlineData("eat_profile", "\"tag:other\"", "TSF3408")]
    public void Rejects_another_issuer_or_profile(string name, string? value, string code) => Refuses(TsfErrors.Find(code)!, signer.Sign(Changed(name, value)));

    [Theory]
    [InlineData("none")]
    [InlineData("warning")]
    [InlineData("contraindicated")]
    public void Rejects_a_verdict_that_the_rules_do_not_accept_on_any_module(string status)
    {
        var claims = EarSigner.Claims();
        claims["submods"]!["cpu0"]!["ear.status"] = status;
        Refuses(TsfErrors.EarStatusRefused, signer.Sign(claims));
        claims = EarSigner.Claims();
        claims["submods"]!["gpu0"] = new JsonObject { ["ear.status"] = status };
        Refuses(TsfErrors.EarStatusRefused, signer.Sign(claims));
        var lenient = new EarVerifier(new EarRules { Issuer = EarSigner.Issuer, AcceptedStatuses = Enum.GetValues<EarStatus>().ToHashSet() }, time);
        Assert.Equal(2, lenient.Verify(signer.Sign(claims), signer.Keys, EarSigner.OwnKey).Modules.Count);
    }

    [Fact]
    public void Rejects_a_token_about_another_key_or_about_none()
    {
        var claims = EarSigner.Claims();
        claims["submods"]!["cpu0"]!["ear.veraison.annotated-evidence"]!["runtime_data_claims"]!["tee-pubkey"]!["x"] = "CC";
        Refuses(TsfErrors.EarKeyMismatch, signer.Sign(claims));
        claims["submods"]!["cpu0"]!["ear.veraison.annotated-evidence"]!["runtime_data_claims"] = new JsonObject();
        Refuses(TsfErrors.EarKeyMismatch, signer.Sign(claims));
        claims["submods"]!["cpu0"]!.AsObject().Remove("ear.veraison.annotated-evidence");
        Refuses(TsfErrors.EarKeyMismatch, signer.Sign(claims));
        Assert.Null(Verifier().Verify(signer.Sign(claims), signer.Keys, ownKey: null).TeePublicKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("e30.e30.AAAA.")]
    [InlineData("e30 .e30.AAAA")]
    public void Rejects_what_is_no_JWT(string token) => Refuses(TsfErrors.MalformedEar, token);

    [Fact]
    public void Rejects_JSON_that_two_readers_could_read_differently()
    {
        var header = EarSigner.Header().ToJsonString();
        foreach (var payload in (string[])["[]", "null", "{", "{} {}", """{"iss":"a","iss":"b"}""", "{\"\\ud800\":1}", "{\"a\":\"\\ud800\"}", new string('[', 100)])
        {
            Refuses(TsfErrors.MalformedEar, signer.Sign(header, payload));
        }

        Refuses(TsfErrors.MalformedEar, signer.Sign("""{"alg":"ES256","alg":"none"}""", EarSigner.Claims().ToJsonString()));
        Refuses(TsfErrors.MalformedEar, signer.Sign(header, $$"""{"a":"{{new string('a', EarVerifier.MaxTokenLength)}}"}"""));
    }

    [Fact]
    public void Rejects_rules_that_mean_nothing()
    {
        foreach (var rules in (EarRules[])[new() { Issuer = "" }, new() { Issuer = "a", AcceptedStatuses = new HashSet<EarStatus>() }, new() { Issuer = "a", ClockSkew = TimeSpan.FromDays(1) }])
        {
            Assert.Equal(TsfErrors.InvalidSettings, Assert.Throws<TsfException>(() => new EarVerifier(rules, time)).Error);
        }
    }

    [Fact]
    public void Fuzz_EverySignedPayloadAndEveryToken_IsReadOrRefused()
    {
        // What an outsider sends, and, signed anew, what a service that went mad sends. Only the first is fuzzed by the byte of
        // the token; the second costs a signature each, so its share is a tenth.
        var token = Encoding.ASCII.GetBytes(signer.Sign(header: With("kid", "a")));
        var keys = signer.Keys;
        var verifier = Verifier();
        bool Accepts(string text)
        {
            try
            {
                return verifier.Verify(text, keys, EarSigner.OwnKey) is not null;
            }
            catch (TsfException exception) when (exception.Code.StartsWith("TSF34", StringComparison.Ordinal))
            {
                return false;
            }
        }

        Fuzzing.Run("EAR token", 5_000, [token, Encoding.ASCII.GetBytes(signer.Sign())], input => Accepts(Encoding.Latin1.GetString(input)), 24, 65_536);
        var payload = Encoding.UTF8.GetBytes(EarSigner.Claims().ToJsonString());
        var header = EarSigner.Header().ToJsonString();
        SpoiltBytes.Of([payload]).Sample(changed => { Accepts(signer.Sign(header, Encoding.Latin1.GetString(changed))); }, iter: Fuzzing.Count(2_000) / 10, threads: 1);
    }

    private EarVerifier Verifier() => new(new EarRules { Issuer = EarSigner.Issuer }, time);

    private EarClaims Verify(string token) => Verifier().Verify(token, signer.Keys, EarSigner.OwnKey);

    private string? CodeOf(string token, DateTimeOffset now)
    {
        var verifier = new EarVerifier(new EarRules { Issuer = EarSigner.Issuer }, new FakeTimeProvider(now));
        return Record.Exception(() => verifier.Verify(token, signer.Keys, EarSigner.OwnKey)) is TsfException exception ? exception.Code : null;
    }

    private void Refuses(ErrorCode error, string token, EarKeySet? keys = null)
    {
        var refusal = Assert.Throws<TsfException>(() => Verifier().Verify(token, keys ?? signer.Keys, EarSigner.OwnKey));
        Assert.Equal(error, refusal.Error);
        Assert.True(token.Length < 20 || !refusal.Message.Contains(token[^20..], StringComparison.Ordinal));
    }

    private static JsonObject With(string name, JsonNode value)
    {
        var header = EarSigner.Header();
        header[name] = value;
        return header;
    }

    private static JsonObject Changed(string name, string? value)
    {
        var claims = EarSigner.Claims();
        if (value is null)
        {
            claims.Remove(name);
        }
        else
        {
            claims[name] = JsonNode.Parse(value);
        }

        return claims;
    }

    private static string Unsigned(JsonObject header) =>
        $"{StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{StrictBase64Url.Encode(Encoding.UTF8.GetBytes(EarSigner.Claims().ToJsonString()))}";
}
