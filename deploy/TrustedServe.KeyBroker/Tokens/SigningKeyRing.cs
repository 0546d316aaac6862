using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>
/// The keys that sign and verify tokens, changed without a pause. A new key is published at once and signs only when relying parties
/// have had <see cref="Lead"/> to see it; the one before it verifies until its last token is over, and is removed then. Keys are
/// made when the newest is older than the rotation time, or when somebody puts a file <see cref="OrderFileName"/> into the
/// broker's folder. Whoever removes a key's file revokes it at once, tokens included. Several processes may use one folder.
/// </summary>
internal sealed class SigningKeyRing : IDisposable
{
    /// <summary>Put into the broker's folder, it orders a new key.</summary>
    public const string OrderFileName = "rotate-signing-key";

    /// <summary>How long a key is published before it signs, unless it is the first.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMinutes(5);

    /// <summary>How long a key verifies after it signed last: the life of a token, and a minute for clocks that differ.</summary>
    private static readonly TimeSpan Retention = TokenIssuer.Lifetime + TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, SigningKey> keys = new(StringComparer.Ordinal);
    private readonly List<SigningKey> retired = [];
    private readonly SigningKeyFiles files;
    private readonly TimeSpan rotation;
    private readonly TimeProvider time;

    /// <summary>Opens the keys of a folder; the first is made.</summary>
    /// <exception cref="TsfException">TSF3022 when a key was changed; TSF0006, TSF0008.</exception>
    public SigningKeyRing(string folder, SecretBuffer rootKey, TimeSpan rotation, TimeProvider time)
    {
        (this.rotation, this.time) = (rotation, time);
        files = new SigningKeyFiles(folder, rootKey);
        try
        {
            Refresh();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The key that signs now.</summary>
    public SigningKey Current
    {
        get
        {
            lock (gate)
            {
                Refresh();
                var now = time.GetUtcNow();
                return keys.Values.LastOrDefault(key => key.Created + Lead <= now) ?? keys.Values.First();
            }
        }
    }

    /// <summary>Every key whose tokens may be alive, and the next one, oldest first.</summary>
    public IReadOnlyList<SigningKey> Published
    {
        get
        {
            lock (gate)
            {
                Refresh();
                return [.. keys.Values];
            }
        }
    }

    /// <summary>The key of an id; null when there is none, or its time is over.</summary>
    public SigningKey? Find(string id)
    {
        lock (gate)
        {
            Refresh();
            return keys.Values.FirstOrDefault(key => key.Id == id);
        }
    }

    public void Dispose()
    {
        foreach (var key in keys.Values.Concat(retired))
        {
            key.Dispose();
        }

        files.Dispose();
    }

    /// <summary>Listing a few names is cheap, and attestations are rare: what another process changed holds at once.</summary>
    private void Refresh()
    {
        var now = time.GetUtcNow();
        var names = files.List();
        var ordered = files.IsOrdered;
        if (names.Count == 0 || ordered || SigningKeyFiles.CreatedOf(names[^1]) + rotation <= now)
        {
            files.Create(now);
            if (ordered)
            {
                files.RemoveOrder();
            }

            names = files.List();
        }

        // The key after it signs from its own creation and lead on.
        foreach (var over in names.Zip(names.Skip(1)).Where(pair => SigningKeyFiles.CreatedOf(pair.Second) + Lead + Retention < now).Select(pair => pair.First).ToList())
        {
            files.Delete(over);
            names = [.. names.Where(name => name != over)];
        }

        foreach (var gone in keys.Keys.Except(names, StringComparer.Ordinal).ToList())
        {
            // Somebody may be verifying with it right now; it is disposed of with the ring.
            keys.Remove(gone, out var key);
            retired.Add(key!);
        }

        foreach (var name in names.Where(name => !keys.ContainsKey(name)))
        {
            if (files.Read(name) is { } key)
            {
                keys.Add(name, key);
            }
        }
    }
}
