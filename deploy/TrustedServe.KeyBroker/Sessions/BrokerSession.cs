namespace TrustedServe.KeyBroker.Sessions;

/// <summary>One attestation from its challenge on.</summary>
/// <param name="Id">The cookie's value: a credential once <see cref="Token"/> is set.</param>
/// <param name="Nonce">The challenge.</param>
/// <param name="Tee">The kind of evidence that was announced.</param>
/// <param name="Started">Monotonic time stamp of its start.</param>
internal sealed record BrokerSession(string Id, string Nonce, string Tee, long Started)
{
    /// <summary>The token that was issued, once there is one.</summary>
    public string? Token { get; set; }

    public override string ToString() => nameof(BrokerSession);
}
