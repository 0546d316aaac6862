using TrustedServe.Attestation.Tdx.InitData;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>An initdata document against the register that a guest's host filled with its digest.</summary>
/// <param name="Passed">The guest was started with exactly this document.</param>
/// <param name="Expected">What the register would have to hold.</param>
/// <param name="Seen">What it holds.</param>
/// <param name="Files">The document's files; none of a document that is not the guest's.</param>
internal sealed record InitDataMatch(bool Passed, string Expected, string Seen, IReadOnlyList<string> Files)
{
    /// <summary>Compares. A document that the register does not bind is never read, only hashed.</summary>
    public static InitDataMatch Of(byte[] document, ReadOnlySpan<byte> mrConfigId)
    {
        var seen = Convert.ToHexStringLower(mrConfigId);
        if (!InitDataDocument.IsBound(document, mrConfigId))
        {
            return new InitDataMatch(false, "the digest (SHA-256, SHA-384 or SHA-512) of the document", seen, []);
        }

        var read = InitDataDocument.Parse(document);
        return new InitDataMatch(read.Matches(mrConfigId), $"{Convert.ToHexStringLower(read.MrConfigId.Span)} ({read.Algorithm} of the document)", seen, [.. read.Data.Keys.Order(StringComparer.Ordinal)]);
    }
}
