using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Sessions;

/// <summary>The sessions of a broker: five minutes each, nonces that serve once, and a bounded number.</summary>
internal sealed class SessionStore(TimeProvider time)
{
    /// <summary>How long a session lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How many there may be: some 10 MiB at most.</summary>
    public const int Capacity = 10_000;

    private const int NonceBytes = 32;

    private readonly Lock gate = new();
    private readonly Dictionary<string, BrokerSession> sessions = new(StringComparer.Ordinal);
    private readonly HashSet<string> unused = new(StringComparer.Ordinal);

    // All live equally long, so the order of starting is the order of expiry.
    private readonly Queue<BrokerSession> byAge = new();

    /// <summary>Starts a session.</summary>
    /// <exception cref="TsfException">TSF3018 when there are too many that have not expired.</exception>
    public BrokerSession Start(string tee)
    {
        var session = new BrokerSession(
            RandomNumberGenerator.GetHexString(32, lowercase: true),
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes)),
            tee,
            time.GetTimestamp());
        lock (gate)
        {
            RemoveExpired();
            if (sessions.Count >= Capacity)
            {
                throw new TsfException(TsfErrors.TooManySessions, $"{Capacity} sessions are open.") { RetryAfterSeconds = (int)Lifetime.TotalSeconds };
            }

            sessions.Add(session.Id, session);
            unused.Add(session.Id);
            byAge.Enqueue(session);
            return session;
        }
    }

    /// <summary>Uses up a session's nonce. Whatever the attestation comes to, it cannot be tried again with the same nonce.</summary>
    /// <exception cref="TsfException">TSF3009 when the session is unknown, expired or used up.</exception>
    public BrokerSession UseNonce(string? id)
    {
        lock (gate)
        {
            RemoveExpired();
            if (id is null || !sessions.TryGetValue(id, out var session))
            {
                throw TsfErrors.SessionRejected.With("The session is unknown or expired.");
            }

            return unused.Remove(id) ? session : throw TsfErrors.SessionRejected.With("The session's nonce was used already.");
        }
    }

    /// <summary>The token of an attested session, or null.</summary>
    public string? TokenOf(string? id)
    {
        lock (gate)
        {
            RemoveExpired();
            return id is not null && sessions.TryGetValue(id, out var session) ? session.Token : null;
        }
    }

    /// <summary>Keeps the token that an attestation gave.</summary>
    public void Keep(BrokerSession session, string token)
    {
        lock (gate)
        {
            session.Token = token;
        }
    }

    private void RemoveExpired()
    {
        while (byAge.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Started) >= Lifetime)
        {
            byAge.Dequeue();
            sessions.Remove(oldest.Id);
            unused.Remove(oldest.Id);
        }
    }
}
