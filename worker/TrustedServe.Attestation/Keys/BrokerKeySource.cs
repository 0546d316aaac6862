using System.Text.Json;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Keys;

/// <summary>
/// Keys from a broker that speaks the KBS protocol. Token and key pair serve until the broker refuses the token; then the
/// process attests again. What the policy refuses, or what is not there, is final at once.
/// </summary>
internal sealed class BrokerKeySource : IKeySource
{
    /// <summary>How often one call attests before a refusal of the token or of the evidence is taken as final.</summary>
    private const int MaxAttestations = 3;

    private readonly SemaphoreSlim gate = new(1);
    private readonly KeyHttpClient http;
    private readonly BrokerClient client;
    private readonly IEvidenceSource evidence;
    private readonly Uri broker;
    private readonly TimeProvider time;
    private BrokerSession? session;

    public BrokerKeySource(Uri broker, string? certificateFile, IEvidenceSource evidence, KeySourceTiming timing, TimeProvider time, JsonElement? initData = null)
    {
        (this.broker, this.evidence, this.time) = (broker, evidence, time);
        http = new KeyHttpClient(broker, certificateFile, timing, time);
        client = new BrokerClient(http, evidence, initData);
    }

    /// <inheritdoc/>
    public string TrustKind => evidence.TrustKind;

    /// <inheritdoc/>
    public async Task<KeyRelease> GetAsync(KeyId id, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var attestations = 0; ;)
            {
                try
                {
                    if (session is null)
                    {
                        attestations++;
                        session = await http.RetryAsync(() => client.AttestAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
                    }

                    return await FetchAsync(session, id, cancellationToken).ConfigureAwait(false);
                }
                catch (TsfException exception) when (IsWorthAttesting(exception.Error) && attestations < MaxAttestations)
                {
                    Forget();
                    if (attestations > 0)
                    {
                        await http.Timing.DelayAsync(attestations, time, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets the token and closes all connections.</summary>
    public void Dispose()
    {
        Forget();
        http.Dispose();
        gate.Dispose();
    }

    // AttestationError without a code of ours says nothing about its cause, and an expired nonce is one of them.
    private static bool IsWorthAttesting(ErrorCode error) =>
        error == TsfErrors.TokenMissing || error == TsfErrors.TokenRejected || error == TsfErrors.SessionRejected
        || error == TsfErrors.EvidenceRefused || error == TsfErrors.MalformedJwe;

    private async Task<KeyRelease> FetchAsync(BrokerSession current, KeyId id, CancellationToken cancellationToken)
    {
        var (resource, rule) = await http.RetryAsync(() => client.FetchAsync(current, id, cancellationToken), cancellationToken).ConfigureAwait(false);
        var details = new Dictionary<string, string>
        {
            ["tee"] = evidence.Tee,
            ["measurement"] = current.Measurement,
            ["broker"] = broker.GetLeftPart(UriPartial.Authority),
        };
        if (rule is not null)
        {
            details["rule"] = rule;
        }

        return new KeyRelease { Id = id, Resource = resource, Details = details };
    }

    private void Forget()
    {
        session?.Dispose();
        session = null;
    }
}
