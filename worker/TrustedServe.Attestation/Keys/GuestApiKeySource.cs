using System.Net;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Keys;

/// <summary>
/// Keys from the guest API of Confidential Containers, which attests for the pod. It answers 500 to every failure, so 500 is
/// tried again a few times; its text is untrusted and only shown, never judged.
/// </summary>
internal sealed class GuestApiKeySource : IKeySource
{
    private readonly KeyHttpClient http;
    private readonly Uri address;
    private readonly TimeProvider time;

    public GuestApiKeySource(Uri address, KeySourceTiming timing, TimeProvider time)
    {
        (this.address, this.time) = (address, time);
        http = new KeyHttpClient(address, certificateFile: null, timing, time);
    }

    /// <inheritdoc/>
    public string TrustKind => "coco";

    /// <inheritdoc/>
    public async Task<KeyRelease> GetAsync(KeyId id, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await FetchAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (TsfException exception) when (
                (exception.Error == TsfErrors.BrokerUnreachable || exception.Error == TsfErrors.GuestApiFailed) && attempt < http.Timing.Attempts)
            {
                await http.Timing.DelayAsync(attempt, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<KeyRelease> FetchAsync(KeyId id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/cdh/resource/{id.Path}");
        using var answer = await http.SendAsync(request, KbsProtocol.MaxResourceBytes, cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.OK)
        {
            return answer.Body.Length > 0
                ? new KeyRelease
                {
                    Id = id,
                    Resource = new SecretBuffer(answer.Body.Span),
                    Details = new Dictionary<string, string> { ["broker"] = $"guest API at {address.GetLeftPart(UriPartial.Authority)}" },
                }
                : throw TsfErrors.BrokerProtocol.With($"The guest API gave an empty resource for {id}.");
        }

        var text = UntrustedText.Clean(answer.Body.Span);
        throw answer.Status switch
        {
            HttpStatusCode.InternalServerError => TsfErrors.GuestApiFailed.With($"The guest API answered 500 for {id}: {text}"),
            HttpStatusCode.NotFound => TsfErrors.GuestApiDisabled.With($"The guest API answered 404 for {id}: {text}"),
            _ => TsfErrors.BrokerProtocol.With($"The guest API answered {(int)answer.Status} for {id}: {text}"),
        };
    }
}
