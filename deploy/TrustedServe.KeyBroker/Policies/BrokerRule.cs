using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Policies;

/// <summary>One rule: these resources for simulated evidence (the only kind that can be verified so far) with these measurements.</summary>
public sealed class BrokerRule
{
    private readonly HashSet<string> measurements;

    internal BrokerRule(string name, IReadOnlyList<ResourcePattern> resources, IReadOnlyList<string> measurements, bool insecureAnyMeasurement)
    {
        (Name, Resources, Measurements, InsecureAnyMeasurement) = (name, resources, measurements, insecureAnyMeasurement);
        this.measurements = [.. measurements];
    }

    /// <summary>Its name, for audits and refusals.</summary>
    public string Name { get; }

    /// <summary>Which resources it covers.</summary>
    public IReadOnlyList<ResourcePattern> Resources { get; }

    /// <summary>Allowed measurements, 96 lower-case hex digits each.</summary>
    public IReadOnlyList<string> Measurements { get; }

    /// <summary>Development only: whatever the program says it is will do.</summary>
    public bool InsecureAnyMeasurement { get; }

    internal bool Covers(KeyId id) => Resources.Any(pattern => pattern.Matches(id));

    internal bool Allows(string measurement) => InsecureAnyMeasurement || measurements.Contains(measurement);
}
