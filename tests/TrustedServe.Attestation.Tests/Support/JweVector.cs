using System.Security.Cryptography;
using TrustedServe.Attestation.Jose;

namespace TrustedServe.Attestation.Tests.Support;

/// <summary>A JWE made for this project by another implementation (pyca/cryptography) from keys that are SHA-256 of fixed texts.</summary>
internal static class JweVector
{
    public const string Plaintext = "trustedserve test resource: not a key of anything";

    public const string WrappingKey = "f44873383347e6056adf4bbe8a18c6fae14a5d82b62bf10ac497765a2928d1a3";

    public const string Header = """{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":{"crv":"P-256","kty":"EC","x":"LLMqsxFuZb7otyLZ8aZhoIIUVYvHUSYldoMbHgOWXX8","y":"17smqxnqb-GxEwP6fa_7h2-SUn6J6X1nUu-GbIrlBPM"}}""";

    public static readonly FlattenedJwe Answer = new()
    {
        Protected = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJMTE1xc3hGdVpiN290eUxaOGFaaG9JSVVWWXZIVVNZbGRvTWJIZ09XWFg4IiwieSI6IjE3c21xeG5xYi1HeEV3UDZmYV83aDItU1VuNko2WDFuVXUtR2JJcmxCUE0ifX0",
        EncryptedKey = "F3hcJW7AsA6kjJdPUent_lfgJomepWZGBhih3Dx6SZs9CmhPinONUA",
        Iv = "yTAerMu1ogUWHhkn",
        Ciphertext = "tZAlze8nah3dhhJsIBqmlDgLdR7eWzoC0t1Vz23l55f9G3BKhbGfglXk84ixLNhvBQ",
        Tag = "DvQMH9aibPko8nIkEzoDwQ",
    };

    public static ECDiffieHellman Recipient() => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = Bytes("OVM2bpcEdxbW6lZIqpT1wxicGYpvUt49pyqUvC5aWAQ"),
        Q = new ECPoint { X = Bytes("DTfyxflwwkHwErtMHZ7H1KZA96HqF7Dol0oYluZ09sE"), Y = Bytes("99dgUSA91vZkskWNMs-mcQHxS4PVLLSMcUfyzK5F9nU") },
    });

    public static byte[] Bytes(string base64Url) => StrictBase64Url.TryDecode(base64Url, 1 << 21, out var bytes) ? bytes : throw new FormatException(base64Url);
}
