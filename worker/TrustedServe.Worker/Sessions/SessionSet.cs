using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Worker.Sessions;

/// <summary>
/// The sessions of a model that were built together: one that all lanes call, or one a lane where lanes have several cores.
/// Those that go again have one more, on all cores, for a call that is alone.
/// It counts its users: its owner ends it when the last of them has left.
/// </summary>
internal sealed class SessionSet
{
    // Its owner, and the call that asks.
    private const int NoOthers = 2;

    private readonly EngineSession[] sessions;
    private readonly EngineSession? alone;

    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Its owner is the first user.
    private int users = 1;

    private SessionSet(SessionKind kind, EngineSession[] sessions, EngineSession? alone, IReadOnlyList<int>[] helpers) =>
        (Kind, this.sessions, this.alone, Helpers) = (kind, sessions, alone, helpers);

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
        // One session serves any number of lanes of one core.
        var narrow = lanes[0].Count == 1;
        var sessions = new EngineSession[narrow ? 1 : lanes.Count];
        var helpers = new IReadOnlyList<int>[sessions.Length];
        EngineSession? alone = null;
        try
        {
            for (var i = 0; i < sessions.Length; i++)
            {
                var threads = SessionThreads.Of(lanes[i]);
                var before = threads.Bound.Count > 0 ? ProcessThreads.Now() : null;
                sessions[i] = EngineSession.Build(directory, manifest, kind, temporary, threads, cancellationToken);
                helpers[i] = before is null ? [] : ProcessThreads.BoundSince(before, threads.Bound.Count);
            }

            if (HasOneForCallsAlone(manifest, temporary, lanes))
            {
                alone = EngineSession.Build(directory, manifest, kind, temporary, SessionThreads.All(lanes.Count), cancellationToken);
            }
        }
        catch
        {
            Array.ForEach(sessions, session => session?.Dispose());
            throw;
        }

        return new SessionSet(kind, sessions, alone, helpers);
    }

    /// <summary>Whether sessions that are built so have one more, on all cores, for a call that is alone: where it costs next to nothing and helps.</summary>
    /// <param name="manifest">What the model is; a graph that the engine has yet to optimise would be optimised once more for it.</param>
    /// <param name="temporary">Whether others take their place soon.</param>
    /// <param name="lanes">The cores of each lane.</param>
    public static bool HasOneForCallsAlone(Manifest manifest, bool temporary, IReadOnlyList<IReadOnlyList<int>> lanes) =>
        temporary && lanes.Count > 1 && lanes[0].Count == 1 && EngineSession.IsFinished(manifest, temporary);

    /// <summary>The session for a call of a lane, which is a user already.</summary>
    public EngineSession Of(int lane) =>
        alone is not null && Volatile.Read(ref users) <= NoOthers ? alone : sessions[sessions.Length == 1 ? 0 : lane];

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
        alone?.Dispose();
    }
}
