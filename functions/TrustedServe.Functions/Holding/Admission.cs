using TrustedServe.Functions.Inference;

namespace TrustedServe.Functions.Holding;

/// <summary>A model that answers; of a request that was held for it, also the place among those that are with the model at once.</summary>
/// <param name="model">The model.</param>
/// <param name="done">Gives the place back.</param>
internal readonly struct Admission(ServedModel model, Action? done = null) : IDisposable
{
    /// <summary>The model.</summary>
    public ServedModel Model => model;

    /// <summary>The request is answered.</summary>
    public void Dispose() => done?.Invoke();
}
