using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
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
///       "name": "models of this build",          // unique; letters, digits, spaces and _ . -
///       "resources": ["models/*/*"],             // repository/type/tag; * stands for one whole segment
///       "insecure_simulated": true,              // simulated evidence, and nothing else
///       "measurements": ["96 hex digits"]        // or "insecure_any_measurement": true
///     }
///   ]
/// }
/// </code>
/// (Comments are for this page alone.) A rule for other evidence does not load as long as nothing can verify that evidence.
/// </remarks>
public sealed class BrokerPolicy
{
    /// <summary>How many allowed measurements a refusal lists.</summary>
    private const int ListedMeasurements = 3;

    internal BrokerPolicy(IReadOnlyList<BrokerRule> rules) => Rules = rules;

    /// <summary>The rules, in the order of the file.</summary>
    public IReadOnlyList<BrokerRule> Rules { get; }

    /// <summary>Reads a policy file's content.</summary>
    /// <exception cref="TsfException">TSF3020 with every problem at once.</exception>
    public static BrokerPolicy Parse(ReadOnlySpan<byte> utf8) => new PolicyParser().Parse(utf8);

    /// <summary>
    /// Decides: 1 rules for the resource, 2 of these the rules for the kind of evidence, 3 of these the first that allows the
    /// measurement. The refusal names the first of the three that failed.
    /// </summary>
    /// <returns>The rule that allows the release.</returns>
    /// <exception cref="TsfException">TSF3004 or TSF3017 with the claim.</exception>
    internal BrokerRule Decide(KeyId id, string tee, string measurement)
    {
        // 1
        var candidates = Rules.Where(rule => rule.Covers(id)).ToList();
        if (candidates.Count == 0)
        {
            throw new Refusal("resource", "a rule that covers it", id.Path).As(TsfErrors.KeyDenied, "Access denied by policy.");
        }

        // 2: every rule that loads is one for simulated evidence, because nothing else can be verified yet.
        if (tee != KbsProtocol.InsecureSimulatedTee)
        {
            throw new Refusal("tee", KbsProtocol.InsecureSimulatedTee, tee, candidates[0].Name).As(TsfErrors.KeyDenied, "Access denied by policy.");
        }

        // 3
        return candidates.Find(rule => rule.Allows(measurement))
            ?? throw new Refusal("measurement", Expected(candidates), measurement, candidates[0].Name).As(TsfErrors.MeasurementRefused, "Access denied by policy.");
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
