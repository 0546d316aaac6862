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
    private readonly LinkedList<BrokerSession> byAge = new();
    private int attested;

    /// <summary>
    /// Starts a session. Anybody may ask for one, so a full store gives up an old one instead of turning everybody away: the oldest
    /// that has not attested, since a guest attests within a second of its challenge; but the oldest that has, whose owner still
    /// has the token, while these are more than half, so that a challenge always finds time to be answered.
    /// </summary>
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
                RemoveOldest(attested > Capacity / 2);
            }

            sessions.Add(session.Id, session);
            unused.Add(session.Id);
            byAge.AddLast(session);
            return session;
        }
    }

    /// <summary>Checks that a session is there and its nonce unused, and leaves it so.</summary>
    /// <exception cref="TsfException">TSF3009 when the session is unknown, expired or used up.</exception>
    public void RequireUnused(string? id)
    {
        lock (gate)
        {
            RemoveExpired();
            if (id is null || !unused.Contains(id))
            {
                throw Rejected(id);
            }
        }
    }

    /// <summary>Uses up a session's nonce. Whatever the attestation comes to, it cannot be tried again with the same nonce.</summary>
    /// <exception cref="TsfException">TSF3009 when the session is unknown, expired or used up.</exception>
    public BrokerSession UseNonce(string? id)
    {
        lock (gate)
        {
            RemoveExpired();
            return id is not null && unused.Remove(id) ? sessions[id] : throw Rejected(id);
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
            attested += sessions.ContainsKey(session.Id) ? 1 : 0;
        }
    }

    private TsfException Rejected(string? id) => TsfErrors.SessionRejected.With(
        id is not null && sessions.ContainsKey(id) ? "The session's nonce was used already." : "The session is unknown or expired.");

    private void RemoveOldest(bool withToken)
    {
        // A full store has one of the kind that is asked for: it has at least half of it.
        var node = byAge.First!;
        while ((node.Value.Token is not null) != withToken)
        {
            node = node.Next!;
        }

        Remove(node);
    }

    private void RemoveExpired()
    {
        while (byAge.First is { } oldest && time.GetElapsedTime(oldest.Value.Started) >= Lifetime)
        {
            Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<BrokerSession> node)
    {
        byAge.Remove(node);
        sessions.Remove(node.Value.Id);
        unused.Remove(node.Value.Id);
        attested -= node.Value.Token is null ? 0 : 1;
    }
}
