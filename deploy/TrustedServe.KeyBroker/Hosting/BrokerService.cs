using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
using TrustedServe.KeyBroker.Auditing;
using TrustedServe.KeyBroker.Policies;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Sessions;
using TrustedServe.KeyBroker.Tokens;
using TrustedServe.KeyBroker.Verification;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>The protocol's three requests, without HTTP.</summary>
internal sealed class BrokerService(
    SessionStore sessions,
    EvidenceVerifiers verifiers,
    SigningKeyRing keys,
    TokenIssuer tokens,
    PolicyFile policy,
    ResourceStore resources,
    AuditLog audit,
    TimeProvider time)
{
    /// <summary>The public keys of tokens that may be alive, and the next one.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> PublishedKeys() => [.. keys.Published.Select(key => key.Published)];

    /// <summary>Records a request that is refused before it asks for anything: its form is wrong, or there is no place for it.</summary>
    /// <returns>The refusal.</returns>
    public TsfException Unread(TsfException refusal)
    {
        audit.RecordStranger(Refused(Entry("request"), refusal));
        return refusal;
    }

    /// <summary>Gives a challenge. That decides nothing yet, so only refusals are recorded.</summary>
    public BrokerSession Challenge(AuthRequest request)
    {
        try
        {
            return request.Version == KbsProtocol.Version
                ? sessions.Start(verifiers.Of(request.Tee).Tee)
                : throw TsfErrors.ProtocolVersionMismatch.With($"{TsfErrors.ProtocolVersionMismatch.Title}: this broker speaks {KbsProtocol.Version}.");
        }
        catch (TsfException exception)
        {
            audit.RecordStranger(Refused(Entry("challenge"), exception));
            throw;
        }
    }

    /// <summary>
    /// What an attested session gets when it attests again, as Trustee's broker answers it: the token that it has. Nothing that is
    /// sent is looked at, and the nonce stays used.
    /// </summary>
    public string? TokenOf(string? sessionId)
    {
        var token = sessions.TokenOf(sessionId);
        if (token is not null)
        {
            audit.RecordStranger(Entry("attest") with { Reason = "The session has its token already, which it got again." });
        }

        return token;
    }

    /// <summary>Refuses a caller without a session whose nonce is unused, before anything large is taken from it.</summary>
    /// <exception cref="TsfException">TSF3009.</exception>
    public void RequireSession(string? sessionId)
    {
        try
        {
            sessions.RequireUnused(sessionId);
        }
        catch (TsfException exception)
        {
            audit.RecordStranger(Refused(Entry("attest"), exception));
            throw;
        }
    }

    /// <summary>
    /// Judges evidence: 1 the session's nonce is used up, 2 the nonce sent is that of the session, 3 the key is one that can be
    /// encrypted to, 4 the evidence verifies and is bound to both, 5 a token is issued.
    /// </summary>
    public async Task<string> AttestAsync(string? sessionId, AttestRequest request, CancellationToken cancellationToken)
    {
        var entry = Entry("attest");
        var known = false;
        try
        {
            // 1
            var session = sessions.UseNonce(sessionId);
            entry = entry with { Tee = session.Tee };

            // 2
            if (request.RuntimeData.Nonce != session.Nonce)
            {
                throw new Refusal("nonce", "the nonce of this session", "another").As(TsfErrors.SessionRejected, "The nonce is not that of the session.");
            }

            // 3
            TeePublicKey.Parse(request.RuntimeData.TeePublicKey);
            if (request.TeeEvidence.Additional.Length > 0)
            {
                throw new Refusal("additional_evidence", "none", "evidence of devices").As(TsfErrors.EvidenceRefused, "There is no verifier for evidence of devices.");
            }

            // 4
            var digest = request.RuntimeData.Digest(request.TeeEvidence.Additional);
            var evidence = await verifiers.Of(session.Tee)
                .VerifyAsync(request.TeeEvidence.Primary, digest, request.InitData, cancellationToken).ConfigureAwait(false);
            entry = entry with { Measurement = evidence.Measurement };
            known = policy.Current.Knows(evidence.Tee, evidence.Measurement, evidence.Tdx, entry.Time);

            // 5
            var token = tokens.Issue(evidence, request.RuntimeData.Claims(request.TeeEvidence.Additional));
            Record(entry, known);
            sessions.Keep(session, token);
            return token;
        }
        catch (Exception exception)
        {
            Record(Refused(entry, exception as TsfException ?? Unforeseen(exception)), known);
            throw;
        }
    }

    /// <summary>
    /// Releases a resource: 1 the token verifies, 2 a rule allows it, 3 the resource is there, 4 it is encrypted to the key in the
    /// token, 5 the release is recorded. The policy comes before the look into the store, so that a refusal does not tell what
    /// is there.
    /// </summary>
    public (FlattenedJwe Answer, string Rule) Release(KeyId id, string? sessionId, string? bearer)
    {
        var entry = Entry("release") with { Resource = id.Path };
        var known = false;
        try
        {
            // 1
            var token = sessions.TokenOf(sessionId) ?? bearer ?? throw TsfErrors.TokenMissing.With(TsfErrors.TokenMissing.Title);
            var claims = tokens.Verify(token);
            entry = entry with { Tee = claims.Tee, Measurement = claims.Measurement };

            // 2
            var current = policy.Current;
            known = current.Knows(claims.Tee, claims.Measurement, claims.Tdx, entry.Time);
            var rule = current.Decide(id, claims.Tee, claims.Measurement, claims.Tdx, entry.Time);
            entry = entry with { Rule = rule.Name };

            // 3
            using var resource = resources.Get(id) ?? throw TsfErrors.KeyNotFound.With($"There is no resource '{id.Path}'.");

            // 4
            var answer = JweWriter.Encrypt(claims.PublicKey, resource.Span);

            // 5
            audit.Record(entry);
            return (answer, rule.Name);
        }
        catch (Exception exception)
        {
            Record(Refused(entry, exception as TsfException ?? Unforeseen(exception)), known);
            throw;
        }
    }

    // A caller that left, or something that no code describes: its text may hold what was sent, its type tells enough.
    private static TsfException Unforeseen(Exception exception) => TsfErrors.Internal.With($"The decision ended with {exception.GetType().Name}.", exception);

    private AuditEntry Entry(string decision) => new() { Time = time.GetUtcNow(), Decision = decision, Verdict = "allowed" };

    /// <summary>A guest that no rule accepts is a stranger, however genuine: whoever has any machine of its kind can be one.</summary>
    private void Record(AuditEntry entry, bool known)
    {
        if (known)
        {
            audit.Record(entry);
        }
        else
        {
            audit.RecordStranger(entry);
        }
    }

    private static AuditEntry Refused(AuditEntry entry, TsfException exception) => entry with
    {
        Verdict = "refused",
        Measurement = entry.Measurement ?? (Refusal.Of(exception) is { Claim: "measurement" } refusal ? refusal.Seen : null),
        Rule = entry.Rule ?? Refusal.Of(exception)?.Rule,
        Code = exception.Code,
        Reason = exception.Message,
    };
}
