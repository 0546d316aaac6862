using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TrustedServe.Attestation.Kbs;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>Where and how the broker listens: loopback only, unless TLS files are given.</summary>
internal static class BrokerListener
{
    /// <summary>Sets the server up.</summary>
    /// <exception cref="TsfException">TSF0002 with every problem of the address and the TLS files.</exception>
    public static void Configure(KestrelServerOptions kestrel, BrokerOptions options)
    {
        var endpoint = Check(options);
        var certificate = options.TlsCertificateFile is null ? null : Certificate(options);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = KbsProtocol.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        kestrel.Limits.MaxConcurrentConnections = 256;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        });
    }

    private static IPEndPoint Check(BrokerOptions options)
    {
        var problems = new List<string>();
        var listen = options.Listen;
        var address = listen is { IsAbsoluteUri: true, PathAndQuery: "/", UserInfo: "" } && listen.Host == "localhost" ? IPAddress.Loopback
            : listen is { IsAbsoluteUri: true, PathAndQuery: "/", UserInfo: "" } && IPAddress.TryParse(listen.Host.Trim('[', ']'), out var ip) ? ip
            : null;
        var tls = options.TlsCertificateFile is not null;
        if (address is null)
        {
            problems.Add("listen must be http://ADDRESS:PORT or https://ADDRESS:PORT with an IP address or localhost.");
        }
        else if (listen.Scheme != (tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp))
        {
            problems.Add(tls ? "listen must be https when TLS files are given." : "listen must be http without TLS files; give them for https.");
        }
        else if (!tls && !IPAddress.IsLoopback(address))
        {
            problems.Add($"listen is {address}, which is not loopback: that needs TLS files.");
        }

        if (tls != options.TlsKeyFile is not null)
        {
            problems.Add("the TLS certificate and its key must be given together.");
        }

        return problems.Count == 0 ? new IPEndPoint(address!, listen.Port) : throw TsfErrors.InvalidSettings.With(string.Join(' ', problems));
    }

    private static X509Certificate2 Certificate(BrokerOptions options)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(options.TlsCertificateFile!, options.TlsKeyFile);
        }
        catch (CryptographicException exception)
        {
            throw TsfErrors.InvalidSettings.With($"The TLS files '{options.TlsCertificateFile}' and '{options.TlsKeyFile}' do not hold a certificate and its key in PEM.", exception);
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, options.TlsCertificateFile!);
        }
    }
}
