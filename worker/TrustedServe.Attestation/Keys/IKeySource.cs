using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Keys;

/// <summary>Gives the resource that a key id names, to a process that proved what it is.</summary>
public interface IKeySource : IDisposable
{
    /// <summary>Which kind of trust is in force: <c>tdx</c>, <c>coco</c> or <c>insecure-simulated</c>.</summary>
    string TrustKind { get; }

    /// <summary>Attests if need be and fetches the resource.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF3xxx: refused (with the claim, what was expected, what was seen, where the broker says it), or not reachable.</exception>
    Task<KeyRelease> GetAsync(KeyId id, CancellationToken cancellationToken);
}
