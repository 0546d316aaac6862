using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using TrustedServe.Protocol.Errors;
using YamlDotNet.Core;

namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>
/// Address, credentials and transport of a cluster. The kubeconfig is read by the official client; the transport is our own, so that no
/// redirect is followed, no header is unbounded, and the server's certificate is checked against the kubeconfig's authority alone.
/// </summary>
internal sealed class ClusterConnection : IDisposable
{
    private readonly ServiceClientCredentials? credentials;

    private ClusterConnection(Uri address, string? defaultNamespace, ServiceClientCredentials? credentials, HttpClient http)
    {
        Address = address;
        DefaultNamespace = defaultNamespace;
        this.credentials = credentials;
        Http = http;
    }

    /// <summary>The API server, with a slash at its end.</summary>
    public Uri Address { get; }

    /// <summary>The context's namespace.</summary>
    public string? DefaultNamespace { get; }

    /// <summary>The transport.</summary>
    public HttpClient Http { get; }

    /// <summary>Reads the configuration; nothing is sent yet.</summary>
    /// <exception cref="TsfException">TSF7042: it cannot be used.</exception>
    public static ClusterConnection Open(ClusterOptions options)
    {
        var config = Configuration(options);
        if (!Uri.TryCreate(config.Host.TrimEnd('/') + "/", UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            throw TsfErrors.InvalidKubeconfig.With($"The server's address is https (http only on loopback), not '{Printable.Line(config.Host)}'.");
        }

        if (config.SkipTlsVerify && !options.InsecureSkipTlsVerify)
        {
            throw TsfErrors.InvalidKubeconfig.With("The kubeconfig has insecure-skip-tls-verify: whoever is on the way could take the credentials. Give the cluster's authority (certificate-authority-data), or '--insecure-skip-tls-verify' if that is meant.");
        }

        try
        {
            return new ClusterConnection(address, config.Namespace, k8s.Kubernetes.CreateCredentials(config), new HttpClient(Handler(config, address)) { Timeout = Timeout.InfiniteTimeSpan });
        }
        catch (Exception exception) when (exception is CryptographicException or KubeConfigException or IOException or FormatException)
        {
            throw TsfErrors.InvalidKubeconfig.With($"The client certificate or its key cannot be read ({exception.GetType().Name}).", exception);
        }
    }

    /// <summary>Sends one request with the credentials.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (credentials is not null)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    private static KubernetesClientConfiguration Configuration(ClusterOptions options)
    {
        var named = options.Kubeconfig ?? Environment.GetEnvironmentVariable("KUBECONFIG");
        var files = string.IsNullOrEmpty(named) ? [] : options.Kubeconfig is not null ? new[] { named } : named.Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (files.Length == 0 && File.Exists(KubernetesClientConfiguration.KubeConfigDefaultLocation))
        {
            files = [KubernetesClientConfiguration.KubeConfigDefaultLocation];
        }

        if (files.Length == 0)
        {
            return options.Context is null && KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : throw TsfErrors.InvalidKubeconfig.With($"There is no kubeconfig: '--kubeconfig' and KUBECONFIG name none, {KubernetesClientConfiguration.KubeConfigDefaultLocation} does not exist, and this is no pod with a service account.");
        }

        if (files.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw TsfErrors.InvalidKubeconfig.With($"There is no file {missing}.");
        }

        try
        {
            // Of several files the one that has the context counts; cluster and user stand beside it.
            var configs = files.Select(file => KubernetesClientConfiguration.LoadKubeConfig(new FileInfo(file))).ToList();
            var context = options.Context ?? configs.Select(file => file.CurrentContext).FirstOrDefault(name => !string.IsNullOrEmpty(name));
            var config = configs.FirstOrDefault(file => file.Contexts?.Any(item => item.Name == context) == true)
                ?? throw TsfErrors.InvalidKubeconfig.With(context is null ? "The kubeconfig has no current context: name one with '--context'." : $"{string.Join(", ", files)} has no context '{Printable.Line(context, 100)}'.");
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(config, context);
        }
        catch (KubeConfigException exception)
        {
            throw TsfErrors.InvalidKubeconfig.With(Printable.Line(exception.Message), exception);
        }
        catch (Exception exception) when (exception is YamlException or FormatException or CryptographicException or IOException or UnauthorizedAccessException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            // Messages of parsers can quote what they read, and a kubeconfig holds credentials.
            throw TsfErrors.InvalidKubeconfig.With($"{string.Join(", ", files)} is not a kubeconfig that can be read ({exception.GetType().Name}{(exception is YamlException yaml ? $", line {yaml.Start.Line}" : "")}).", exception);
        }
    }

    private static SocketsHttpHandler Handler(KubernetesClientConfiguration config, Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !address.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (address.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = Tls(config);
        }

        return handler;
    }

    private static SslClientAuthenticationOptions Tls(KubernetesClientConfiguration config)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = config.TlsServerName };
        if (ClientCertificate(config) is { } certificate)
        {
            tls.ClientCertificates = [certificate];
        }

        if (config.SkipTlsVerify)
        {
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (config.SslCaCerts is { Count: > 0 } authorities)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            tls.CertificateChainPolicy = policy;
        }

        return tls;
    }

    private static X509Certificate2? ClientCertificate(KubernetesClientConfiguration config)
    {
        var certificate = Pem(config.ClientCertificateData, config.ClientCertificateFilePath);
        var key = Pem(config.ClientCertificateKeyData, config.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? Pem(string? data, string? file) =>
        !string.IsNullOrWhiteSpace(data) ? Encoding.ASCII.GetString(Convert.FromBase64String(data))
        : !string.IsNullOrWhiteSpace(file) ? File.ReadAllText(file)
        : null;
}
