using System.Collections.Frozen;
using System.Text.RegularExpressions;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
using TrustedServe.KeyBroker.Policies;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>
/// The verifiers of a broker by the kind of evidence. Simulated evidence, which anybody can make, has one only while a rule of the
/// policy is about it.
/// </summary>
internal sealed partial class EvidenceVerifiers(Func<BrokerPolicy> policy, IEnumerable<IEvidenceVerifier> verifiers)
{
    private readonly FrozenDictionary<string, IEvidenceVerifier> byTee = verifiers.ToFrozenDictionary(verifier => verifier.Tee, StringComparer.Ordinal);

    /// <summary>The verifier of a kind.</summary>
    /// <exception cref="TsfException">TSF3015 for a kind without one.</exception>
    public IEvidenceVerifier Of(string tee) => byTee.TryGetValue(tee, out var verifier) && IsTaken(tee)
        ? verifier
        : throw new Refusal("tee", string.Join(", ", byTee.Keys.Where(IsTaken).Order(StringComparer.Ordinal).DefaultIfEmpty("none")), NameForm().IsMatch(tee) ? tee : "something that is no name")
            .As(TsfErrors.UnknownTee, "There is no verifier for this kind of evidence.");

    private bool IsTaken(string tee) => tee != KbsProtocol.InsecureSimulatedTee || policy().TakesSimulated;

    [GeneratedRegex(@"\A[a-z0-9-]{1,32}\z")]
    private static partial Regex NameForm();
}
