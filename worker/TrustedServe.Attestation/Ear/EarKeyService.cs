using System.Net;
using System.Text.Json;
using TrustedServe.Attestation.Keys;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Ear;

/// <summary>
/// The signers' keys from the address of a JWKS document. They are kept, and fetched again when they are older than
/// <see cref="Lifetime"/>; while the address does not answer, those at hand serve on until <see cref="LongestLife"/>.
/// </summary>
public sealed class EarKeyService : IDisposable
{
    /// <summary>After which time keys are fetched again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>After which time keys that could not be fetched again are trusted no longer: a signer may have been withdrawn.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(6);

    /// <summary>The shortest time between two looks at the address, whatever tokens arrive.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1);
    private readonly Uri address;
    private readonly TimeProvider time;
    private readonly KeyHttpClient http;
    private EarKeySet? keys;
    private long fetched;
    private long? tried;

    /// <summary>Checks the address; nothing is fetched yet.</summary>
    /// <param name="address">The document's address: https, or http on loopback.</param>
    /// <param name="certificateFile">PEM file of the authority that the server's certificate must chain to; null for the system's.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="TsfException">TSF0002 for an address that is not private, TSF0008 for the certificate file.</exception>
    public EarKeyService(Uri address, string? certificateFile, TimeProvider time)
    {
        if (!address.IsAbsoluteUri || address.UserInfo.Length > 0
            || (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && KeyHttpClient.IsLoopback(address))))
        {
            throw TsfErrors.InvalidSettings.With("The address of the signers' keys must be https (http only on loopback) and hold no credentials.");
        }

        (this.address, this.time) = (address, time);
        http = new KeyHttpClient(address, certificateFile, KeySourceTiming.Broker, time);
    }

    /// <summary>Verifies a token with the keys; one whose signer is unknown is judged again with keys that are fetched anew.</summary>
    /// <exception cref="TsfException">TSF3401 to TSF3412; see <see cref="EarVerifier.Verify"/>.</exception>
    public async Task<EarClaims> VerifyAsync(EarVerifier verifier, string token, JsonElement? ownKey, CancellationToken cancellationToken)
    {
        var known = await GetAsync(renew: false, cancellationToken).ConfigureAwait(false);
        try
        {
            return verifier.Verify(token, known, ownKey);
        }
        catch (TsfException exception) when (exception.Error == TsfErrors.EarSignerUnknown)
        {
            // The service may have changed its keys since.
            return verifier.Verify(token, await GetAsync(renew: true, cancellationToken).ConfigureAwait(false), ownKey);
        }
    }

    /// <summary>The keys.</summary>
    /// <param name="renew">Fetch them again although they are fresh, if the last look was not just now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TsfException">TSF3412 when there are none that may still be trusted, TSF3411 when the document has none.</exception>
    public Task<EarKeySet> GetAsync(bool renew, CancellationToken cancellationToken) => LookAsync(renew).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        gate.Dispose();
    }

    // Not the caller's token: others wait for the same look, and the next one comes only after the pause.
    private async Task<EarKeySet> LookAsync(bool renew)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if ((renew || keys is null || time.GetElapsedTime(fetched) >= Lifetime) && (tried is not { } last || time.GetElapsedTime(last) >= Pause))
            {
                tried = time.GetTimestamp();
                try
                {
                    keys = await FetchAsync().ConfigureAwait(false);
                    fetched = time.GetTimestamp();
                }
                catch (TsfException) when (keys is not null && time.GetElapsedTime(fetched) < LongestLife)
                {
                    // Those at hand serve until the next try.
                }
            }

            return keys is not null && time.GetElapsedTime(fetched) < LongestLife
                ? keys
                : throw TsfErrors.EarKeysUnreachable.With($"There are no keys from {address.GetLeftPart(UriPartial.Authority)} that are fresh enough; the last look was less than {Pause.TotalSeconds:0} s ago.");
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<EarKeySet> FetchAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        try
        {
            using var answer = await http.SendAsync(request, EarKeySet.MaxLength, CancellationToken.None).ConfigureAwait(false);
            return answer.Status == HttpStatusCode.OK
                ? EarKeySet.FromJwks(answer.Body.Span.ToArray())
                : throw TsfErrors.EarKeysUnreachable.With($"{address.GetLeftPart(UriPartial.Authority)} answered {(int)answer.Status} instead of a JWKS document.");
        }
        catch (TsfException exception) when (exception.Error == TsfErrors.BrokerUnreachable || exception.Error == TsfErrors.BrokerProtocol || exception.Error == TsfErrors.BrokerIdentity)
        {
            throw TsfErrors.EarKeysUnreachable.With($"The signers' keys cannot be fetched: {exception.Message}", exception);
        }
    }
}
