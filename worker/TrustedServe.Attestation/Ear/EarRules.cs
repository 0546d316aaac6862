using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Ear;

/// <summary>What a relying party demands of an attestation token besides its signature.</summary>
public sealed record EarRules
{
    /// <summary>The profile of Trustee's tokens.</summary>
    public const string TrusteeProfile = "tag:github.com,2024:confidential-containers/Trustee";

    /// <summary>Who must have issued it (<c>iss</c>).</summary>
    public required string Issuer { get; init; }

    /// <summary>Which kind of token it must be (<c>eat_profile</c>); default Trustee's.</summary>
    public string Profile { get; init; } = TrusteeProfile;

    /// <summary>Which verdicts of the service are enough; default <see cref="EarStatus.Affirming"/> alone.</summary>
    public IReadOnlySet<EarStatus> AcceptedStatuses { get; init; } = new HashSet<EarStatus> { EarStatus.Affirming };

    /// <summary>How far the service's clock may differ; default 60 s, 0 to 10 min.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Refuses rules that would accept nothing, or tokens of any age.</summary>
    /// <exception cref="TsfException">TSF0002 with every problem.</exception>
    internal void Validate()
    {
        List<string> problems = [];
        if (Issuer.Length == 0 || Profile.Length == 0)
        {
            problems.Add("Issuer and Profile must not be empty.");
        }

        if (AcceptedStatuses.Count == 0)
        {
            problems.Add("AcceptedStatuses is empty: no token would be accepted.");
        }

        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromMinutes(10))
        {
            problems.Add($"ClockSkew is {ClockSkew}; 0 to 10 min are allowed.");
        }

        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidSettings.With(string.Join(' ', problems));
        }
    }
}
