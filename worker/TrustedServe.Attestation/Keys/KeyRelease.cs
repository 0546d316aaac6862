using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Keys;

/// <summary>A resource that a broker released, and how.</summary>
public sealed class KeyRelease : IDisposable
{
    /// <summary>Which resource.</summary>
    public required KeyId Id { get; init; }

    /// <summary>Its bytes; opaque here (a key record to Packaging).</summary>
    public required SecretBuffer Resource { get; init; }

    /// <summary>How it came, for people and logs: <c>tee</c>, <c>measurement</c>, <c>broker</c>, <c>rule</c>, where known. Never a secret.</summary>
    public required IReadOnlyDictionary<string, string> Details { get; init; }

    /// <summary>Zeroes the resource.</summary>
    public void Dispose() => Resource.Dispose();
}
