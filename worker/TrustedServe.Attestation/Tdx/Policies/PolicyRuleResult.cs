namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>One rule of a policy against one guest.</summary>
/// <param name="Rule">The rule: the member of the policy file that states it.</param>
/// <param name="Passed">The guest fulfils it.</param>
/// <param name="Expected">What the policy accepts.</param>
/// <param name="Seen">What the guest has.</param>
public sealed record PolicyRuleResult(string Rule, bool Passed, string Expected, string Seen)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Passed ? "✓" : "✗")} {Rule}: expected {Expected}, seen {Seen}";
}
