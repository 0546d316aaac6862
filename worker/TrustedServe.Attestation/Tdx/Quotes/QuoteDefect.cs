namespace TrustedServe.Attestation.Tdx.Quotes;

/// <summary>Why bytes are not a TDX quote that this project reads.</summary>
/// <param name="Field">The field that is wrong.</param>
/// <param name="Expected">What it would have to be.</param>
/// <param name="Seen">What it is.</param>
public sealed record QuoteDefect(string Field, string Expected, string Seen)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: expected {Expected}, seen {Seen}";
}
