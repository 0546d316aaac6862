using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Attestation.Jose;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Kbs;

/// <summary>The public key that a guest puts under its evidence and to which resources are encrypted: EC P-256 or RSA.</summary>
public sealed class TeePublicKey
{
    /// <summary>JWK algorithm of EC keys.</summary>
    public const string EcAlgorithm = "ECDH-ES+A256KW";

    /// <summary>JWK algorithm of RSA keys.</summary>
    public const string RsaAlgorithm = "RSA-OAEP-256";

    private const int CoordinateBytes = 32;

    private static readonly string[] Known = ["kty", "crv", "alg", "x", "y", "n", "e"];

    private TeePublicKey(ECParameters? ec, RSAParameters? rsa) => (Ec, Rsa) = (ec, rsa);

    /// <summary>The point, when it is an EC key.</summary>
    internal ECParameters? Ec { get; }

    /// <summary>The numbers, when it is an RSA key.</summary>
    internal RSAParameters? Rsa { get; }

    /// <summary>The JWK of an EC key pair's public half.</summary>
    public static JsonElement ToJwk(ECDiffieHellman key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return KbsJson.Element(new Dictionary<string, string>
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["alg"] = EcAlgorithm,
            ["x"] = StrictBase64Url.Encode(point.X),
            ["y"] = StrictBase64Url.Encode(point.Y),
        });
    }

    /// <summary>Reads a JWK; members beyond those that the algorithm has are refused, because they would be bound without a meaning.</summary>
    /// <exception cref="TsfException">TSF3014 for any other kind of key, or a point that is not on the curve.</exception>
    public static TeePublicKey Parse(JsonElement jwk)
    {
        var members = Members(jwk);
        return (members.GetValueOrDefault("kty"), members.GetValueOrDefault("alg")) switch
        {
            ("EC", EcAlgorithm) => new TeePublicKey(ParseEc(members, withAlgorithm: true), null),
            ("RSA", RsaAlgorithm) => new TeePublicKey(null, ParseRsa(members)),
            _ => throw Refused($"only EC with {EcAlgorithm} and RSA with {RsaAlgorithm} are known"),
        };
    }

    /// <summary>Reads the ephemeral key of a JWE header: the same without <c>alg</c>.</summary>
    internal static ECParameters ParseEphemeral(JsonElement jwk) => ParseEc(Members(jwk), withAlgorithm: false);

    private static ECParameters ParseEc(Dictionary<string, string> members, bool withAlgorithm)
    {
        Exactly(members, withAlgorithm ? ["kty", "crv", "alg", "x", "y"] : ["kty", "crv", "x", "y"]);
        if (members["kty"] != "EC" || members["crv"] != "P-256")
        {
            throw Refused("the only curve is P-256");
        }

        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Coordinate(members["x"]), Y = Coordinate(members["y"]) },
        };
        try
        {
            // Importing checks that the point lies on the curve.
            using var key = ECDiffieHellman.Create(parameters);
            return parameters;
        }
        catch (CryptographicException)
        {
            throw Refused("its point is not on the curve");
        }
    }

    private static RSAParameters ParseRsa(Dictionary<string, string> members)
    {
        Exactly(members, ["kty", "alg", "n", "e"]);
        if (!StrictBase64Url.TryDecode(members["n"], 512, out var modulus) || modulus.Length < 256 || modulus[0] < 0x80 || (modulus[^1] & 1) == 0)
        {
            throw Refused("its modulus is not an odd number of 2048 to 4096 bits");
        }

        return members["e"] == "AQAB"
            ? new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] }
            : throw Refused("its exponent is not 65537");
    }

    private static byte[] Coordinate(string text) =>
        StrictBase64Url.TryDecode(text, CoordinateBytes, out var bytes) && bytes.Length == CoordinateBytes
            ? bytes
            : throw Refused($"a coordinate is not {CoordinateBytes} bytes of base64url");

    private static Dictionary<string, string> Members(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object)
        {
            throw Refused("it is not an object");
        }

        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in jwk.EnumerateObject())
        {
            // Only known names are read, as no other can be in a key that is accepted.
            if (Array.Find(Known, member.NameEquals) is not { } name || KbsJson.Text(member.Value) is not { } text || !members.TryAdd(name, text))
            {
                throw Refused($"each member must be text, stand once, and be one of {string.Join(", ", Known)}");
            }
        }

        return members;
    }

    private static void Exactly(Dictionary<string, string> members, string[] names)
    {
        if (members.Count != names.Length || !names.All(members.ContainsKey))
        {
            throw Refused($"its members must be exactly {string.Join(", ", names)}");
        }
    }

    private static TsfException Refused(string why) => TsfErrors.MalformedKbsMessage.With($"A public key (JWK) is refused: {why}.");
}
