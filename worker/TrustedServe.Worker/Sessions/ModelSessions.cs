using Microsoft.ML.OnnxRuntime;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Sessions;

/// <summary>A model's sessions as its lanes call them; they can be replaced between any two calls.</summary>
internal sealed class ModelSessions(SessionSet first) : IModelRun, IDisposable
{
    private volatile SessionSet? current = first;

    /// <summary>How the running sessions have their weights; null after the end.</summary>
    public SessionKind? Kind => current?.Kind;

    /// <inheritdoc/>
    public IDisposableReadOnlyCollection<OrtValue> Run(int lane, RunOptions options, string[] inputNames, OrtValue[] inputs, string[] outputNames)
    {
        var sessions = Use();
        try
        {
            return new SessionOutputs(sessions.Of(lane).Run(options, inputNames, inputs, outputNames), sessions);
        }
        catch
        {
            sessions.Leave();
            throw;
        }
    }

    /// <summary>Replaces the sessions: later calls go to the new ones, which are this object's from now on. The old ones end with their last call.</summary>
    /// <exception cref="ObjectDisposedException">After the end; the new ones have ended too.</exception>
    public void Replace(SessionSet next)
    {
        for (var seen = current; seen is not null; seen = current)
        {
            if (Interlocked.CompareExchange(ref current, next, seen) == seen)
            {
                seen.Leave();
                return;
            }
        }

        next.Leave();
        throw new ObjectDisposedException(nameof(ModelSessions));
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref current, null)?.Leave();

    private SessionSet Use()
    {
        while (true)
        {
            var sessions = current ?? throw new ObjectDisposedException(nameof(ModelSessions));

            // Replaced and ended since it was read: the next one is there.
            if (sessions.TryUse())
            {
                return sessions;
            }
        }
    }
}
