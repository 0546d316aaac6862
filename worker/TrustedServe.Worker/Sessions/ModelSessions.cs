using Microsoft.ML.OnnxRuntime;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Sessions;

/// <summary>A model's sessions as its lanes call them; they can be replaced between any two calls.</summary>
internal sealed class ModelSessions(SessionSet first) : IModelRun, IAsyncDisposable
{
    private volatile SessionSet? current = first;

    /// <summary>How the running sessions have their weights; null after the end.</summary>
    public SessionKind? Kind => current?.Kind;

    /// <summary>The cores of the engine's own threads of each session; see <see cref="SessionSet.Helpers"/>.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Helpers => current?.Helpers ?? [];

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

    /// <summary>Replaces the sessions: later calls go to the new ones, which are this object's to end from now on.</summary>
    /// <returns>Completes when the last call of the old ones has ended, and they with it.</returns>
    public Task ReplaceAsync(SessionSet next) => ExchangeAsync(next);

    /// <summary>Gives the sessions to whoever ends them instead; no calls come after it.</summary>
    public SessionSet Release() => Interlocked.Exchange(ref current, null) ?? throw new ObjectDisposedException(nameof(ModelSessions));

    /// <summary>Ends the sessions after their last call.</summary>
    public async ValueTask DisposeAsync() => await ExchangeAsync(null).ConfigureAwait(false);

    private async Task ExchangeAsync(SessionSet? next)
    {
        if (Interlocked.Exchange(ref current, next) is { } old)
        {
            await old.EndAsync().ConfigureAwait(false);
        }
    }

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
