using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>A quote against a policy.</summary>
/// <param name="Quote">Whether the quote is genuine, current and bound to what was asked.</param>
/// <param name="Policy">The policy's rules against what the quote says; null when the bytes are no quote. Means nothing unless <paramref name="Quote"/> accepts.</param>
public sealed record PolicyVerification(TdxVerdict Quote, PolicyVerdict? Policy)
{
    /// <summary>The quote verifies and the policy accepts the guest.</summary>
    public bool IsAccepted => Quote.IsAccepted && Policy is { Accepted: true };

    /// <summary>Refuses everything else.</summary>
    /// <exception cref="TsfException">TSF3201: the quote does not verify. TSF3342: the policy does not accept the guest.</exception>
    public void ThrowIfRefused()
    {
        Quote.ThrowIfRefused();
        Policy!.ThrowIfRefused();
    }
}
