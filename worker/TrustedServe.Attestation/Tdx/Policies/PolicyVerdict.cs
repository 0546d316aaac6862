using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>What a policy says about one guest.</summary>
/// <param name="Rules">Every rule of the policy, passed or not.</param>
public sealed record PolicyVerdict(IReadOnlyList<PolicyRuleResult> Rules)
{
    /// <summary>Every rule is fulfilled.</summary>
    public bool Accepted => Rules.All(rule => rule.Passed);

    /// <summary>Refuses a guest that breaks a rule.</summary>
    /// <exception cref="TsfException">TSF3342 with every broken rule.</exception>
    public void ThrowIfRefused()
    {
        if (!Accepted)
        {
            throw TsfErrors.AttestationPolicyRefused.With(string.Join("; ", Rules.Where(rule => !rule.Passed)) + ".");
        }
    }
}
