namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>What one step of verification found.</summary>
/// <param name="Step">The step.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Waived">True when the step did not hold and an <c>Insecure</c> option let it pass.</param>
public sealed record StepResult(TdxStep Step, bool Passed, string Expected, string Seen, bool Waived = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Passed ? Waived ? "!" : "✓" : "✗")} {Step}: expected {Expected}, seen {Seen}";
}
