using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>What a broker needs to know.</summary>
public sealed record BrokerOptions
{
    /// <summary>Folder of keys, resources and audit; made at first use.</summary>
    public required string Folder { get; init; }

    /// <summary>The policy file; it must exist. It is read again whenever it changes.</summary>
    public required string PolicyFile { get; init; }

    /// <summary>
    /// Address to listen on: http on a loopback address, or https on any with a certificate. The host is an IP address or
    /// <c>localhost</c>; port 0 lets the system choose. Default <c>http://127.0.0.1:0</c>.
    /// </summary>
    public Uri Listen { get; init; } = new("http://127.0.0.1:0");

    /// <summary>PEM file of the TLS certificate, with its chain; null for plain HTTP.</summary>
    public string? TlsCertificateFile { get; init; }

    /// <summary>PEM file of the TLS certificate's private key.</summary>
    public string? TlsKeyFile { get; init; }

    /// <summary>Folder with collateral for TDX evidence (see CollateralDirectory); null for none.</summary>
    public string? CollateralFolder { get; init; }

    /// <summary>
    /// Addresses of PCS or PCCS services that give collateral, asked in this order and before the folder. With neither a folder nor
    /// an address the broker does not take TDX evidence.
    /// </summary>
    public IReadOnlyList<Uri> CollateralSources { get; init; } = [];

    /// <summary>Age at which the key that signs tokens gets a successor; default 30 days, 1 hour to 1 year.</summary>
    public TimeSpan SigningKeyRotation { get; init; } = TimeSpan.FromDays(30);

    /// <summary>For tests: the root that TDX evidence must lead to, in place of Intel's. No argument and no file sets it.</summary>
    public TrustAnchor? InsecureTrustAnchor { get; init; }

    /// <summary>File that gets the line <c>{"listening":"http://…"}</c> when the broker listens; null to print it.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Whether the end of standard input ends the broker, so that it does not outlive its parent. Default false.</summary>
    public bool ExitOnStdinEof { get; init; }
}
