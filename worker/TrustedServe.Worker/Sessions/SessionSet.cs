using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Worker.Sessions;

/// <summary>
/// The sessions of a model that were built together: one that all lanes call, or one a lane where lanes have several cores.
/// It counts its users: its owner ends it when the last of them has left.
/// </summary>
internal sealed class SessionSet
{
    private readonly EngineSession[] sessions;

    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Its owner is the first user.
    private int users = 1;

    private SessionSet(SessionKind kind, EngineSession[] sessions, IReadOnlyList<int>[] helpers) => (Kind, this.sessions, Helpers) = (kind, sessions, helpers);

    /// <summary>How its sessions have their weights.</summary>
    public SessionKind Kind { get; }

    /// <summary>For each session the cores to which the engine's own threads are bound, as the kernel says; none for a session that computes on its callers' threads.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Helpers { get; }

    /// <summary>Builds the sessions, one after the other, on the calling thread.</summary>
    /// <param name="directory">Where the package lies.</param>
    /// <param name="manifest">What it is.</param>
    /// <param name="kind">How the sessions have their weights.</param>
    /// <param name="temporary">Whether others take their place soon.</param>
    /// <param name="lanes">The cores of each lane.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF5004.</exception>
    public static SessionSet Build(string directory, Manifest manifest, SessionKind kind, bool temporary, IReadOnlyList<IReadOnlyList<int>> lanes, CancellationToken cancellationToken)
    {
        // A session without threads of its own computes on its callers' cores: one serves any number of them.
        var sessions = new EngineSession[lanes[0].Count == 1 ? 1 : lanes.Count];
        var helpers = new IReadOnlyList<int>[sessions.Length];
        try
        {
            for (var i = 0; i < sessions.Length; i++)
            {
                var threads = lanes[i].Count > 1 ? ProcessThreads.Now() : null;
                sessions[i] = EngineSession.Build(directory, manifest, kind, temporary, lanes[i], cancellationToken);
                helpers[i] = threads is null ? [] : ProcessThreads.BoundSince(threads, lanes[i].Count - 1);
            }
        }
        catch
        {
            Array.ForEach(sessions, session => session?.Dispose());
            throw;
        }

        return new SessionSet(kind, sessions, helpers);
    }

    /// <summary>The session of a lane.</summary>
    public EngineSession Of(int lane) => sessions[sessions.Length == 1 ? 0 : lane];

    /// <summary>Becomes a user, unless the sessions have ended already.</summary>
    public bool TryUse()
    {
        for (var seen = Volatile.Read(ref users); seen > 0;)
        {
            var before = Interlocked.CompareExchange(ref users, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Is a user no more.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            left.SetResult();
        }
    }

    /// <summary>For the owner: ends the sessions once the users have left. Not on a user's thread, whose next call would wait for memory to be given back.</summary>
    public async Task EndAsync()
    {
        Leave();
        await left.Task.ConfigureAwait(false);
        Array.ForEach(sessions, session => session.Dispose());
    }
}
