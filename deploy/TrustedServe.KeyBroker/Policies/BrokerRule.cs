using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.KeyBroker.Verification;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Policies;

/// <summary>One rule: these resources for one kind of evidence, TDX or simulated, never both.</summary>
public sealed class BrokerRule
{
    private readonly HashSet<string> measurements = [];

    private BrokerRule(string name, IReadOnlyList<ResourcePattern> resources) => (Name, Resources) = (name, resources);

    /// <summary>Its name, for audits and refusals.</summary>
    public string Name { get; }

    /// <summary>Which resources it covers.</summary>
    public IReadOnlyList<ResourcePattern> Resources { get; }

    /// <summary>Which genuine TDX guests it accepts; null for a rule about simulated evidence.</summary>
    public AttestationPolicy? Tdx { get; private init; }

    /// <summary>Measurements of simulated evidence that it accepts, 96 lower-case hex digits each.</summary>
    public IReadOnlyList<string> Measurements { get; private init; } = [];

    /// <summary>Development only: whatever simulated evidence says the program is will do.</summary>
    public bool InsecureAnyMeasurement { get; private init; }

    /// <summary>The kind of evidence, as the protocol names it.</summary>
    public string Tee => Tdx is null ? KbsProtocol.InsecureSimulatedTee : TdxEvidenceVerifier.Name;

    internal static BrokerRule ForTdx(string name, IReadOnlyList<ResourcePattern> resources, AttestationPolicy policy) =>
        new(name, resources) { Tdx = policy };

    internal static BrokerRule InsecureForSimulated(string name, IReadOnlyList<ResourcePattern> resources, IReadOnlyList<string> measurements, bool insecureAnyMeasurement)
    {
        var rule = new BrokerRule(name, resources) { Measurements = measurements, InsecureAnyMeasurement = insecureAnyMeasurement };
        rule.measurements.UnionWith(measurements);
        return rule;
    }

    internal bool Covers(KeyId id) => Resources.Any(pattern => pattern.Matches(id));

    /// <summary>Whether simulated evidence with this measurement will do.</summary>
    internal bool AllowsSimulated(string measurement) => Tdx is null && (InsecureAnyMeasurement || measurements.Contains(measurement));
}
