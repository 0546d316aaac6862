using TrustedServe.Protocol.Workers;

namespace TrustedServe.Attestation.Keys;

/// <summary>Makes the key source that a configuration asks for.</summary>
public static class KeySources
{
    /// <summary>Makes it; nothing is sent before the first key is asked for.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF0002 or TSF3xxx when the configuration cannot be carried out securely.</exception>
    public static IKeySource Create(TrustConfig config, TimeProvider time) => throw new NotImplementedException();
}
