using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Jose;

/// <summary>What a JWE's protected header says.</summary>
/// <param name="Algorithm">How the content key is wrapped.</param>
/// <param name="EphemeralKey">The sender's key, for ECDH.</param>
internal sealed record JweHeader(string Algorithm, JsonElement? EphemeralKey)
{
    /// <summary>The only content cipher.</summary>
    public const string Encryption = "A256GCM";

    /// <summary>2 KiB: an EC header has 230 bytes.</summary>
    private const int MaxBytes = 2048;

    // These would change how the content is to be read; whoever does not follow them must not go on.
    private static readonly string[] Refused = ["crit", "zip", "apu", "apv", "b64"];

    /// <summary>Reads the base64url form. Members without influence (a key id, a content type) are passed over.</summary>
    /// <exception cref="TsfException">TSF3010.</exception>
    public static JweHeader Parse(string text)
    {
        if (!StrictBase64Url.TryDecode(text, MaxBytes, out var bytes))
        {
            throw TsfErrors.MalformedJwe.With($"The protected header is not base64url of at most {MaxBytes} bytes.");
        }

        Dictionary<string, JsonElement> members;
        try
        {
            members = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(bytes, KbsJson.Options) ?? [];
        }
        catch (Exception exception) when (KbsJson.IsMalformed(exception))
        {
            throw TsfErrors.MalformedJwe.With("The protected header is not a JSON object.");
        }

        if (Array.Find(Refused, members.ContainsKey) is { } name)
        {
            throw TsfErrors.MalformedJwe.With($"The protected header has the member '{name}', which is not supported.");
        }

        if (!members.TryGetValue("enc", out var encryption) || KbsJson.Text(encryption) != Encryption)
        {
            throw TsfErrors.MalformedJwe.With($"The content cipher is not {Encryption}.");
        }

        return new JweHeader(
            members.TryGetValue("alg", out var algorithm) ? KbsJson.Text(algorithm) ?? "" : "",
            members.TryGetValue("epk", out var key) ? key : null);
    }

    /// <summary>
    /// The header of an ECDH answer in the one form that Trustee's client understands: it writes the header anew (alg, enc, then
    /// the rest sorted) before it computes the additional data, so any other order or a space would break it.
    /// </summary>
    public static string WriteEc(string x, string y) => StrictBase64Url.Encode(Encoding.ASCII.GetBytes(
        $$$"""{"alg":"{{{TeePublicKey.EcAlgorithm}}}","enc":"{{{Encryption}}}","epk":{"crv":"P-256","kty":"EC","x":"{{{x}}}","y":"{{{y}}}"}}"""));

    /// <summary>The header of an RSA answer.</summary>
    public static string WriteRsa() => StrictBase64Url.Encode(Encoding.ASCII.GetBytes(
        $$"""{"alg":"{{TeePublicKey.RsaAlgorithm}}","enc":"{{Encryption}}"}"""));
}
