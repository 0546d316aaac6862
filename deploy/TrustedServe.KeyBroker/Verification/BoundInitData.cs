using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>The initdata that a guest sends: believed only when a verified quote's MRCONFIGID is its digest.</summary>
internal static class BoundInitData
{
    private const string Step = "InitData";
    private const string Claim = "init-data";
    private const string Message = "The initdata is refused.";

    /// <summary>Longest form, as JSON, in which initdata stands in a token.</summary>
    private const int MaxClaimsLength = 8 << 10;

    /// <summary>Reads <c>{"format": "toml", "body": "..."}</c>, binding first: what is not bound is not parsed.</summary>
    /// <returns>The document's files, for the token; null when they are too long for it.</returns>
    /// <exception cref="TsfException">TSF3005 with the claim.</exception>
    public static JsonElement? Verify(JsonElement initData, ReadOnlyMemory<byte> mrConfigId)
    {
        if (KbsJson.Text(initData, "format") != "toml" || KbsJson.Text(initData, "body") is not { } body)
        {
            throw Refused("an object with format \"toml\" and body", "something else");
        }

        var bytes = Encoding.UTF8.GetBytes(body);
        if (!InitDataDocument.IsBound(bytes, mrConfigId.Span))
        {
            throw Refused($"the document whose digest MRCONFIGID {Convert.ToHexStringLower(mrConfigId.Span)} is", "another");
        }

        try
        {
            var document = InitDataDocument.Parse(bytes);
            document.ThrowIfMismatch(mrConfigId.Span);
            var claims = KbsJson.Element(document.Data);
            return claims.GetRawText().Length <= MaxClaimsLength ? claims : null;
        }
        catch (TsfException exception)
        {
            throw Refused("an initdata document that names the algorithm of its digest", exception.Message.TrimEnd('.'));
        }
    }

    private static TsfException Refused(string expected, string seen) => new Refusal(Claim, expected, seen) { Step = Step }.As(TsfErrors.EvidenceRefused, Message);
}
