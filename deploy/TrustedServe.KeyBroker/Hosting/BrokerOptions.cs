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

    /// <summary>File that gets the line <c>{"listening":"http://…"}</c> when the broker listens; null to print it.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Whether the end of standard input ends the broker, so that it does not outlive its parent. Default false.</summary>
    public bool ExitOnStdinEof { get; init; }
}
