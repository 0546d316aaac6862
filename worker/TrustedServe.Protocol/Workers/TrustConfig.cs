namespace TrustedServe.Protocol.Workers;

/// <summary>Where keys come from.</summary>
public enum KeySourceKind
{
    /// <summary>A key broker that speaks the KBS protocol, asked with this process's own evidence.</summary>
    Broker,

    /// <summary>The guest API of Confidential Containers, which attests for the pod.</summary>
    GuestApi,
}

/// <summary>Everything that decides whom a process trusts with its evidence and from whom it takes keys.</summary>
public sealed record TrustConfig
{
    /// <summary>Where keys come from; default <see cref="KeySourceKind.Broker"/>.</summary>
    public KeySourceKind KeySource { get; init; } = KeySourceKind.Broker;

    /// <summary>Base address of the key broker, for example <c>http://127.0.0.1:8090</c>; plain HTTP only on loopback.</summary>
    public Uri? Broker { get; init; }

    /// <summary>PEM file of the certificate authority that the broker's TLS certificate must chain to; null for the system's.</summary>
    public string? BrokerCertificateFile { get; init; }

    /// <summary>Address of the guest API; default <c>http://127.0.0.1:8006</c>. Loopback only.</summary>
    public Uri GuestApi { get; init; } = new("http://127.0.0.1:8006");

    /// <summary>Development only: make evidence up instead of asking the hardware for it. Default false.</summary>
    public bool InsecureSimulatedEvidence { get; init; }
}
