using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Policies;

/// <summary>Which evidence gets which resource. What no rule allows is refused.</summary>
/// <remarks>
/// The file, in which members that are not named here are refused:
/// <code>
/// {
///   "formatVersion": 1,
///   "rules": [
///     {
///       "name": "models of production",          // unique; letters, digits, spaces and _ . -
///       "resources": ["models/*/*"],             // repository/type/tag; * stands for one whole segment
///       "tdx": {                                 // an attestation policy: see AttestationPolicy and its schema
///         "mr_td": ["96 hex digits"], "rtmr_0": ["..."], "rtmr_1": ["..."], "rtmr_2": ["..."],
///         "init_data": ["initdata.toml"]         // a file beside the policy file; or "mr_config_id"
///       }
///     },
///     {
///       "name": "models of this build",
///       "resources": ["models/*/*"],
///       "insecure_simulated": true,              // simulated evidence, and nothing else
///       "measurements": ["96 hex digits"]        // or "insecure_any_measurement": true
///     }
///   ]
/// }
/// </code>
/// (Comments are for this page alone.) A rule with <c>tdx</c> must pin MRTD, RTMR0 to RTMR2 and MRCONFIGID or initdata: a quote
/// names the guest and only initdata names the container, so a rule that leaves one open does not load. Initdata files are read
/// when the policy file is.
/// </remarks>
public sealed class BrokerPolicy
{
    /// <summary>How many allowed measurements a refusal lists.</summary>
    private const int ListedMeasurements = 3;

    private const string Denied = "Access denied by policy.";

    /// <summary>Longest text of a refusal's expected value.</summary>
    private const int MaxExpected = 500;

    internal BrokerPolicy(IReadOnlyList<BrokerRule> rules) => Rules = rules;

    /// <summary>The rules, in the order of the file.</summary>
    public IReadOnlyList<BrokerRule> Rules { get; }

    /// <summary>Reads a policy file's content.</summary>
    /// <param name="utf8">The content.</param>
    /// <param name="folder">Where the initdata documents lie that it names.</param>
    /// <exception cref="TsfException">TSF3020 with every problem at once.</exception>
    public static BrokerPolicy Parse(ReadOnlySpan<byte> utf8, string folder) => new PolicyParser(folder).Parse(utf8);

    /// <summary>
    /// Decides: 1 rules for the resource, 2 of these the rules for the kind of evidence, 3 of these the first that accepts the
    /// guest. The refusal names the first of the three that failed.
    /// </summary>
    /// <param name="id">The resource.</param>
    /// <param name="tee">The kind of evidence.</param>
    /// <param name="measurement">What simulated evidence says the program is.</param>
    /// <param name="guest">What TDX evidence says; null for other evidence.</param>
    /// <param name="now">The time, for grace periods.</param>
    /// <returns>The rule that allows the release.</returns>
    /// <exception cref="TsfException">TSF3004 or TSF3017 with the claim.</exception>
    internal BrokerRule Decide(KeyId id, string tee, string measurement, PolicyClaims? guest, DateTimeOffset now)
    {
        // 1
        var covering = Rules.Where(rule => rule.Covers(id)).ToList();
        if (covering.Count == 0)
        {
            throw new Refusal("resource", "a rule that covers it", id.Path).As(TsfErrors.KeyDenied, Denied);
        }

        // 2
        var candidates = covering.FindAll(rule => rule.Tee == tee);
        if (candidates.Count == 0)
        {
            throw new Refusal("tee", string.Join(" or ", covering.Select(rule => rule.Tee).Distinct(StringComparer.Ordinal)), tee, covering[0].Name).As(TsfErrors.KeyDenied, Denied);
        }

        // 3
        return tee == KbsProtocol.InsecureSimulatedTee
            ? candidates.Find(rule => rule.AllowsSimulated(measurement))
                ?? throw new Refusal("measurement", Expected(candidates), measurement, candidates[0].Name).As(TsfErrors.MeasurementRefused, Denied)
            : DecideTdx(candidates, guest, now);
    }

    /// <summary>Whether a rule is about simulated evidence.</summary>
    internal bool TakesSimulated => Rules.Any(rule => rule.Tdx is null);

    /// <summary>Whether a rule, whatever its resources, accepts this guest.</summary>
    internal bool Knows(string tee, string measurement, PolicyClaims? guest, DateTimeOffset now) => tee == KbsProtocol.InsecureSimulatedTee
        ? Rules.Any(rule => rule.AllowsSimulated(measurement))
        : guest is not null && Rules.Any(rule => rule.Tdx?.Evaluate(guest, now).Accepted is true);

    /// <summary>The first rule that accepts the guest; the refusal is about the one of which it breaks the fewest parts.</summary>
    private static BrokerRule DecideTdx(List<BrokerRule> candidates, PolicyClaims? guest, DateTimeOffset now)
    {
        (BrokerRule Rule, List<PolicyRuleResult> Broken)? closest = null;
        foreach (var rule in candidates)
        {
            if (rule.Tdx is not { } policy || guest is null)
            {
                continue;
            }

            var broken = policy.Evaluate(guest, now).Rules.Where(result => !result.Passed).ToList();
            if (broken.Count == 0)
            {
                return rule;
            }

            if (closest is null || broken.Count < closest.Value.Broken.Count)
            {
                closest = (rule, broken);
            }
        }

        if (closest is not var (nearest, failed))
        {
            throw new Refusal("tdx", "the claims of a TDX guest", "none", candidates[0].Name).As(TsfErrors.KeyDenied, Denied);
        }

        var first = failed[0];
        var measured = first.Rule.StartsWith("mr_", StringComparison.Ordinal) || first.Rule.StartsWith("rtmr_", StringComparison.Ordinal);
        var expected = first.Expected.Length <= MaxExpected ? first.Expected : string.Concat(first.Expected.AsSpan(0, MaxExpected), "...");
        throw new Refusal(first.Rule, expected, first.Seen, nearest.Name) { Step = "Policy" }.As(measured ? TsfErrors.MeasurementRefused : TsfErrors.KeyDenied, Denied);
    }

    private static string Expected(List<BrokerRule> candidates)
    {
        var all = candidates.SelectMany(rule => rule.Measurements).Distinct(StringComparer.Ordinal).ToList();
        var listed = string.Join(", ", all.Take(ListedMeasurements));
        return all.Count switch
        {
            1 => listed,
            <= ListedMeasurements => $"one of {listed}",
            _ => $"one of {listed} and {all.Count - ListedMeasurements} more",
        };
    }
}
