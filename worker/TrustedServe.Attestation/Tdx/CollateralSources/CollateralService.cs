using System.Net.Sockets;
using System.Net;
using System.Text;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>
/// Fetches collateral from Intel's PCS or a PCCS, version 4: TCB info, QE identity, the PCK authority's and the root's revocation
/// list, all at once. Documents come in the body, byte for byte; their signers' certificates come percent-encoded in a header.
/// </summary>
/// <remarks>What is fetched is signed, so the connection is not what it is believed for.</remarks>
public sealed class CollateralService : ICollateralSource
{
    private const int MaxDocumentLength = 1 << 20;
    private const int MaxHeaderLength = 32 << 10;

    private readonly HttpClient client;
    private readonly CollateralServiceOptions options;
    private readonly TimeProvider time;

    /// <summary>Checks the options; nothing is fetched yet.</summary>
    /// <param name="client">The client; it should not follow redirects.</param>
    /// <param name="options">Where and how.</param>
    /// <param name="time">The clock of the time limit.</param>
    /// <exception cref="TsfException">TSF0002.</exception>
    public CollateralService(HttpClient client, CollateralServiceOptions options, TimeProvider time)
    {
        options.Validate();
        (this.client, this.options, this.time) = (client, options, time);
    }

    /// <inheritdoc/>
    public async Task<TdxCollateral> GetAsync(CollateralRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var tcbInfo = FetchAsync($"tdx/certification/v4/tcb?fmspc={request.Fmspc}&update={options.Update}", "TCB info", "TCB-Info-Issuer-Chain", MaxDocumentLength, both);
            var identity = FetchAsync($"tdx/certification/v4/qe/identity?update={options.Update}", "QE identity", "SGX-Enclave-Identity-Issuer-Chain", MaxDocumentLength, both);
            var pckCrl = FetchAsync($"sgx/certification/v4/pckcrl?ca={request.AuthorityName}&encoding=der", "PCK revocation list", "SGX-PCK-CRL-Issuer-Chain", RevocationList.MaxLength, both);
            var rootCrl = FetchAsync(options.EffectiveRootCrlAddress, "root revocation list", null, RevocationList.MaxLength, both);
            await Task.WhenAll(tcbInfo, identity, pckCrl, rootCrl).ConfigureAwait(false);
            return new TdxCollateral
            {
                TcbInfo = tcbInfo.Result.Body,
                TcbInfoIssuerChain = tcbInfo.Result.Chain,
                QeIdentity = identity.Result.Body,
                QeIdentityIssuerChain = identity.Result.Chain,
                PckCrl = Der(pckCrl.Result.Body, "PCK revocation list"),
                PckCrlIssuerChain = pckCrl.Result.Chain,
                RootCaCrl = Der(rootCrl.Result.Body, "root revocation list"),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TsfErrors.CollateralUnreachable.With($"{options.Address.Authority} did not give the collateral of {request} within {options.Timeout.TotalSeconds:0} s.");
        }
    }

    private Task<(byte[] Body, byte[] Chain)> FetchAsync(string route, string what, string? chainHeader, int most, CancellationTokenSource cancellation) =>
        FetchAsync(options.Route(route), what, chainHeader, most, cancellation);

    private async Task<(byte[] Body, byte[] Chain)> FetchAsync(Uri address, string what, string? chainHeader, int most, CancellationTokenSource cancellation)
    {
        try
        {
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation.Token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                throw TsfErrors.CollateralNotFound.With($"{address.Authority} has no {what} at {address.PathAndQuery} ({(int)response.StatusCode}).");
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw TsfErrors.CollateralUnreachable.With($"{address.Authority} answered {(int)response.StatusCode} when asked for {what}.");
            }

            var chain = chainHeader is null ? [] : Chain(response, what, chainHeader);
            return (await ReadAsync(response, what, most, cancellation.Token).ConfigureAwait(false), chain);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw TsfErrors.CollateralUnreachable.With($"{address.Authority} did not give {what}: {exception.Message}", exception);
        }
        catch (TsfException)
        {
            // One part missing is all missing: the others need not be waited for.
            await cancellation.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The header's name is compared without case; its value is PEM with percent-encoding, in which a plus sign is a plus sign.</summary>
    private static byte[] Chain(HttpResponseMessage response, string what, string header)
    {
        if (!response.Headers.TryGetValues(header, out var values) || values.ToList() is not [var value] || value.Length > MaxHeaderLength)
        {
            throw TsfErrors.MalformedCollateral.With($"The answer with {what} needs exactly one header {header} of at most {MaxHeaderLength} characters.");
        }

        var pem = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(value));
        try
        {
            _ = PemChain.Split(pem, 2);
            return pem;
        }
        catch (TsfException exception)
        {
            throw TsfErrors.MalformedCollateral.With($"The header {header} is not two certificates: {exception.Message}", exception);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, string what, int most, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > most)
        {
            throw TooLarge(what, most);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (body.Length + read > most)
            {
                throw TooLarge(what, most);
            }

            body.Write(buffer, 0, read);
        }

        return body.Length > 0 ? body.ToArray() : throw TsfErrors.MalformedCollateral.With($"The answer with {what} is empty.");
    }

    /// <summary>DER starts with 0x30; some caching services send its hexadecimal digits instead, which start with '3'.</summary>
    private static byte[] Der(byte[] body, string what)
    {
        if (body[0] != (byte)'3')
        {
            return body;
        }

        var digits = Encoding.ASCII.GetString(body).TrimEnd();
        var der = new byte[digits.Length / 2];
        return digits.Length % 2 == 0 && Convert.FromHexString(digits, der, out _, out _) == System.Buffers.OperationStatus.Done
            ? der
            : throw TsfErrors.MalformedCollateral.With($"The {what} is neither DER nor its hexadecimal digits.");
    }

    private static TsfException TooLarge(string what, int most) => TsfErrors.MalformedCollateral.With($"The answer with {what} has more than {most} bytes.");
}
