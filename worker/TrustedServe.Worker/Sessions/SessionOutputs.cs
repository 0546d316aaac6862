using System.Collections;
using Microsoft.ML.OnnxRuntime;

namespace TrustedServe.Worker.Sessions;

/// <summary>Outputs of a run. They lie in the memory of the session that computed them, which stays until they are disposed.</summary>
internal sealed class SessionOutputs(IDisposableReadOnlyCollection<OrtValue> values, SessionSet sessions) : IDisposableReadOnlyCollection<OrtValue>
{
    private int disposed;

    /// <inheritdoc/>
    public int Count => values.Count;

    /// <inheritdoc/>
    public OrtValue this[int index] => values[index];

    /// <inheritdoc/>
    public IEnumerator<OrtValue> GetEnumerator() => values.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            values.Dispose();
            sessions.Leave();
        }
    }
}
