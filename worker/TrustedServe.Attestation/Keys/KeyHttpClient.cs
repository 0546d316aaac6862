using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Keys;

/// <summary>
/// HTTP as key sources need it: one fixed address, no proxy, no redirect, no cookies kept, bounded answers, bounded time. Plain
/// HTTP is dialled on loopback addresses only, whatever the name in the address resolves to.
/// </summary>
internal sealed class KeyHttpClient : IDisposable
{
    private readonly HttpClient client;
    private readonly TimeProvider time;

    public KeyHttpClient(Uri address, string? certificateFile, KeySourceTiming timing, TimeProvider time)
    {
        this.time = time;
        Timing = timing;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            ActivityHeadersPropagator = null,
        };
        if (address.Scheme == Uri.UriSchemeHttp)
        {
            handler.ConnectCallback = ConnectLoopbackAsync;
        }
        else if (certificateFile is not null)
        {
            handler.SslOptions.CertificateChainPolicy = Pinned(certificateFile);
        }

        client = new HttpClient(handler) { BaseAddress = address, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    public KeySourceTiming Timing { get; }

    /// <summary>Whether an address may be dialled without TLS: a loopback IP address or <c>localhost</c>.</summary>
    public static bool IsLoopback(Uri address) =>
        address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>Sends one request, once. The answer's body is in a buffer that is zeroed on disposal.</summary>
    /// <exception cref="TsfException">TSF3002 when there is no answer (worth another attempt), TSF3003 when it is too large, TSF3026 when TLS does not prove the peer.</exception>
    public async Task<KeyHttpAnswer> SendAsync(HttpRequestMessage request, int maxBytes, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timing.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            var body = await ReadAsync(response.Content, maxBytes, linked.Token).ConfigureAwait(false);
            return new KeyHttpAnswer(response.StatusCode, response.Headers, body);
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException refused)
        {
            throw TsfErrors.BrokerIdentity.With($"TLS with {client.BaseAddress} failed: {UntrustedText.Clean(refused.Message)}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw TsfErrors.BrokerUnreachable.With($"No answer from {client.BaseAddress}: {UntrustedText.Clean(exception.Message)}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw TsfErrors.BrokerUnreachable.With($"No answer from {client.BaseAddress} within {Timing.Timeout.TotalSeconds:0.#} s.", exception);
        }
    }

    /// <summary>Repeats an action while it ends in TSF3002, up to the number of attempts.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (TsfException exception) when (exception.Error == TsfErrors.BrokerUnreachable && attempt < Timing.Attempts)
            {
                await Timing.DelayAsync(attempt, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => client.Dispose();

    private static async Task<SecretBuffer> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            // One byte of room beyond the limit tells a body of exactly the limit from a longer one.
            var capacity = (int)Math.Min(content.Headers.ContentLength ?? 4096, maxBytes) + 1;
            var chunk = GC.AllocateUninitializedArray<byte>(16384, pinned: true);
            var buffer = new SecretBuffer(capacity);
            try
            {
                var length = 0;
                int read;
                while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    if (length + read > maxBytes)
                    {
                        throw TooLarge(maxBytes);
                    }

                    if (length + read > buffer.Length)
                    {
                        var larger = new SecretBuffer(Math.Min(maxBytes, Math.Max(buffer.Length * 2, length + read)));
                        buffer.Span[..length].CopyTo(larger.Span);
                        buffer.Dispose();
                        buffer = larger;
                    }

                    chunk.AsSpan(0, read).CopyTo(buffer.Span[length..]);
                    length += read;
                }

                return new SecretBuffer(buffer.Span[..length]);
            }
            finally
            {
                buffer.Dispose();
                CryptographicOperations.ZeroMemory(chunk);
            }
        }
    }

    private static TsfException TooLarge(int maxBytes) =>
        TsfErrors.BrokerProtocol.With($"The answer has more than {maxBytes} bytes.");

    private static X509ChainPolicy Pinned(string certificateFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(certificateFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw TsfErrors.FileUnreadable.With($"The broker's certificate file '{certificateFile}' cannot be read as PEM.", exception);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw TsfErrors.InvalidSettings.With($"The broker's certificate file '{certificateFile}' holds no certificate.");
    }

    private static async ValueTask<Stream> ConnectLoopbackAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host.Trim('[', ']');
        var target = IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip) ? ip : IPAddress.Loopback;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(target, context.DnsEndPoint.Port), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
