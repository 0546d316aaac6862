using TrustedServe.Attestation.Jose;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Evidence;

/// <summary>The nonce of a caller who asks for evidence: 16 to 64 bytes as hex or base64url.</summary>
internal static class AttestationNonce
{
    /// <summary>Fewer could be guessed, or asked for in advance.</summary>
    public const int MinBytes = 16;

    /// <summary>More would not make it fresher.</summary>
    public const int MaxBytes = 64;

    /// <summary>Checks the query's parameter and gives it as it stands: the caller compares what it sent, not another spelling.</summary>
    /// <exception cref="TsfException">TSF4001.</exception>
    public static string Read(IQueryCollection query) =>
        query["nonce"] is [{ Length: <= MaxBytes * 2 } nonce] && (IsHex(nonce) || IsBase64Url(nonce))
            ? nonce
            : throw TsfErrors.MalformedRequest.With($"The query must have the parameter 'nonce' once: {MinBytes} to {MaxBytes} random bytes as hex or base64url without padding.");

    // A text that is both needs no decision: it is the text that is bound, not the bytes.
    private static bool IsHex(string nonce) => nonce.Length is >= MinBytes * 2 and <= MaxBytes * 2 && nonce.Length % 2 == 0 && nonce.All(char.IsAsciiHexDigit);

    private static bool IsBase64Url(string nonce) => StrictBase64Url.TryDecode(nonce, MaxBytes, out var bytes) && bytes.Length >= MinBytes;
}
