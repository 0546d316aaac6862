using System.Security.Cryptography;

namespace TrustedServe.Attestation.Keys;

/// <summary>What one attestation gave: a token and the key pair that answers are encrypted to.</summary>
/// <param name="Key">The key pair, made for this attestation.</param>
/// <param name="Token">The token: a credential, never logged.</param>
/// <param name="Measurement">What the evidence said.</param>
internal sealed record BrokerSession(ECDiffieHellman Key, string Token, string Measurement) : IDisposable
{
    public void Dispose() => Key.Dispose();

    public override string ToString() => nameof(BrokerSession);
}
