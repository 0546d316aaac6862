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

    /// <summary>
    /// The kernel's folder of attestation reports (configfs-tsm); default <c>/sys/kernel/config/tsm/report</c>. Like the two
    /// files below it decides no trust: the broker verifies what comes out of it, so a wrong path can only fail.
    /// </summary>
    public string ReportRoot { get; init; } = "/sys/kernel/config/tsm/report";

    /// <summary>The firmware's event log, sent with evidence where the guest has one; default <c>/sys/firmware/acpi/tables/data/CCEL</c>.</summary>
    public string EventLogFile { get; init; } = "/sys/firmware/acpi/tables/data/CCEL";

    /// <summary>The initdata document that the guest was started with, sent to the broker with the evidence; null (the default) for none.</summary>
    public string? InitDataFile { get; init; }

    /// <summary>Development only: make evidence up instead of asking the hardware for it. Default false.</summary>
    public bool InsecureSimulatedEvidence { get; init; }
}
