using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":"test","c":{"d":"e"}}""", """{"a":"test","b":1,"c":{"d":"e"}}""")]
    [InlineData(""" [ ] """, "[]")]
    [InlineData("{ }", "{}")]
    [InlineData("""[null , true,false, -0, 0.0, 1e0]""", "[null,true,false,0,0,1]")]
    [InlineData(""" "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/" """, "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")]
    [InlineData("""{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""", "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\ud83d\ude00\":5,\"\ufb33\":3}")]
    [InlineData("""{"":{"b":[{"z":1,"y":2}],"a":""}}""", """{"":{"a":"","b":[{"y":2,"z":1}]}}""")]
    public void Writes_the_canonical_form(string input, string expected) => Assert.Equal(expected, Canonical(input));

    // Bit patterns and texts of RFC 8785, appendix B.
    [Theory]
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("ffefffffffffffff", "-1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555557", "333333333.33333343")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void Writes_numbers_as_ECMAScript_does(string bits, string expected) =>
        Assert.Equal(expected, CanonicalJson.Number(BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

    [Fact]
    public void Any_number_reads_back_equal() => Gen.Double.Where(double.IsFinite).Sample(
        value => double.Parse(CanonicalJson.Number(value), CultureInfo.InvariantCulture) == value, iter: 50_000);

    [Fact]
    public void Canonical_form_is_its_own_canonical_form_and_order_of_members_does_not_matter() =>
        Gen.Dictionary(Gen.String, Gen.Int)[0, 8].Sample(members =>
        {
            if (members.Any(member => !IsUnicode(member.Key)))
            {
                return;
            }

            var forward = Canonical(JsonSerializer.Serialize(members));
            var backward = Canonical(JsonSerializer.Serialize(members.Reverse().ToDictionary()));
            Assert.Equal(forward, backward);
            Assert.Equal(forward, Canonical(forward));
        });

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData(""" "\ud800" """)]
    [InlineData("""{"\udc00":1}""")]
    public void Rejects_what_has_no_canonical_form(string input) =>
        Assert.Equal(TsfErrors.MalformedKbsMessage, Assert.Throws<TsfException>(() => Canonical(input)).Error);

    [Fact]
    public void Rejects_deep_nesting() =>
        Assert.Throws<TsfException>(() => Canonical(new string('[', 60) + new string(']', 60)));

    [Fact]
    public void Known_hash_vector_of_Trustee_is_equal()
    {
        Assert.SkipWhen(Repository.Shared is null, "The folder of third-party vectors is not here.");
        using var vector = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Shared!, "data", "tdx", "kbs", "generated", "canonical_hash_vector.json")));
        var canonical = CanonicalJson.Serialize(vector.RootElement.GetProperty("input"));
        Assert.Equal(vector.RootElement.GetProperty("canonical").GetString(), Encoding.UTF8.GetString(canonical));
        Assert.Equal(vector.RootElement.GetProperty("sha384").GetString(), Convert.ToHexStringLower(SHA384.HashData(canonical)));
    }

    private static bool IsUnicode(string text)
    {
        try
        {
            return new UTF8Encoding(false, true).GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(CanonicalJson.Serialize(document.RootElement));
    }
}
