using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Keys;

/// <summary>The three requests of the KBS protocol, each sent once.</summary>
internal sealed partial class BrokerClient(KeyHttpClient http, IEvidenceSource evidence, JsonElement? initData)
{
    private static readonly string[] Hashes = ["sha384"];

    /// <summary>
    /// Attests: 1 challenge, 2 fresh key pair, 3 evidence bound to both, 4 token.
    /// </summary>
    public async Task<BrokerSession> AttestAsync(CancellationToken cancellationToken)
    {
        // 1
        var (challenge, cookie) = await ChallengeAsync(cancellationToken).ConfigureAwait(false);

        // 2
        var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            // 3
            var runtimeData = new RuntimeData { Nonce = challenge.Nonce, TeePublicKey = TeePublicKey.ToJwk(key) };
            var report = await evidence.GetEvidenceAsync(runtimeData.Digest(additionalEvidence: ""), cancellationToken).ConfigureAwait(false);

            // 4
            using var request = Post("attest", new AttestRequest
            {
                InitData = initData,
                RuntimeData = runtimeData,
                TeeEvidence = new TeeEvidence { Primary = report.Primary },
            });
            request.Headers.TryAddWithoutValidation("Cookie", $"{KbsProtocol.SessionCookie}={cookie}");
            using var answer = await SendAsync(request, cancellationToken).ConfigureAwait(false);
            var token = Read<AttestResponse>(answer, "answer to an attestation").Token;
            return TokenForm().IsMatch(token)
                ? new BrokerSession(key, token, report.Measurement)
                : throw TsfErrors.BrokerProtocol.With("The broker's token is not a JWT.");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Fetches a resource and opens it.</summary>
    public async Task<(SecretBuffer Resource, string? Rule)> FetchAsync(BrokerSession session, KeyId id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{KbsProtocol.Prefix}/resource/{id.Path}");

        // The token alone, without the cookie: it outlives a restart of the broker, a session does not.
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", session.Token);
        using var answer = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        var resource = JweReader.Decrypt(FlattenedJwe.Parse(answer.Body.Span), session.Key);
        return (resource, answer.Header(KbsProtocol.RuleHeader));
    }

    private async Task<(AuthChallenge Challenge, string Cookie)> ChallengeAsync(CancellationToken cancellationToken)
    {
        using var request = Post("auth", new AuthRequest
        {
            Version = KbsProtocol.Version,
            Tee = evidence.Tee,
            ExtraParams = KbsJson.Element(new Dictionary<string, string[]> { ["supported-hash-algorithms"] = Hashes }),
        });
        using var answer = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        var challenge = Read<AuthChallenge>(answer, "challenge");
        if (challenge.Nonce.Length is < 16 or > 1024)
        {
            throw TsfErrors.BrokerProtocol.With("The broker's nonce is shorter than 16 or longer than 1,024 characters.");
        }

        if (challenge.SelectedHash is { } hash && hash != Hashes[0])
        {
            throw TsfErrors.BrokerProtocol.With($"The broker selected the hash '{UntrustedText.Clean(hash)}'; only {Hashes[0]} was offered.");
        }

        return (challenge, SessionCookie(answer.Headers));
    }

    private async Task<KeyHttpAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(request, KbsProtocol.MaxBodyBytes, cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.OK)
        {
            return answer;
        }

        using (answer)
        {
            throw Refused(answer);
        }
    }

    private static TsfException Refused(KeyHttpAnswer answer)
    {
        if ((int)answer.Status >= 500)
        {
            return TsfErrors.BrokerUnreachable.With($"The broker answered {(int)answer.Status}: {UntrustedText.Clean(answer.Body.Span)}");
        }

        KbsError error;
        try
        {
            error = KbsJson.Read<KbsError>(answer.Body.Span, "error");
        }
        catch (TsfException)
        {
            return TsfErrors.BrokerProtocol.With($"The address answered {(int)answer.Status} without an error of the KBS protocol: {UntrustedText.Clean(answer.Body.Span)}");
        }

        var code = KbsErrors.CodeOf(error);

        // Our broker's text ends with what the members say too; it is said once.
        var claim = error.Claim is null ? -1 : error.Detail.IndexOf($" Claim '{error.Claim}':", StringComparison.Ordinal);
        var message = $"The broker answers: {UntrustedText.Clean(claim < 0 ? error.Detail : error.Detail[..claim])}";
        return error.Claim is null
            ? code.With(message)
            : new Refusal(
                UntrustedText.Clean(error.Claim),
                UntrustedText.Clean(error.Expected),
                UntrustedText.Clean(error.Seen),
                error.Rule is null ? null : UntrustedText.Clean(error.Rule))
            { Step = error.Step is null ? null : UntrustedText.Clean(error.Step) }.As(code, message);
    }

    private static HttpRequestMessage Post<T>(string path, T message) => new(HttpMethod.Post, $"{KbsProtocol.Prefix}/{path}")
    {
        Content = new ByteArrayContent(KbsJson.Write(message)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    private static T Read<T>(KeyHttpAnswer answer, string what)
        where T : class
    {
        try
        {
            return KbsJson.Read<T>(answer.Body.Span, what);
        }
        catch (TsfException exception)
        {
            throw TsfErrors.BrokerProtocol.With(exception.Message, exception);
        }
    }

    private static string SessionCookie(HttpResponseHeaders headers)
    {
        if (headers.TryGetValues("Set-Cookie", out var values))
        {
            foreach (var value in values)
            {
                if (CookieForm().Match(value) is { Success: true } match)
                {
                    return match.Groups[1].Value;
                }
            }
        }

        throw TsfErrors.BrokerProtocol.With($"The broker gave no session ({KbsProtocol.SessionCookie}).");
    }

    [GeneratedRegex(@"\Akbs-session-id=([A-Za-z0-9_-]{1,128})(?:;|\z)")]
    private static partial Regex CookieForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\z")]
    private static partial Regex TokenForm();
}
