using TrustedServe.Worker.Sessions;

namespace TrustedServe.Worker.Starting;

/// <summary>
/// Brings the engine up while the start waits for the network: its library is loaded and the code around a session is compiled
/// by building and calling the smallest one there is. Nothing of the model is needed for it, or touched.
/// </summary>
internal sealed class EnginePreparation(StartTimeline timeline)
{
    /// <summary>Begins, once, beside the caller. What fails here fails again, and is reported, where the model's session is built.</summary>
    public Task BeginAsync() => Task.Run(() =>
    {
        using (timeline.Begin("engine"))
        {
            EngineSession.Prepare();
        }
    });
}
