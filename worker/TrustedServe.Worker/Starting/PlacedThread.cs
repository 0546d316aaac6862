using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Starting;

/// <summary>Runs work that writes much memory on a thread of its own, placed where the memory shall lie.</summary>
internal static class PlacedThread
{
    /// <summary>Places the calling thread as the worker's configuration says.</summary>
    public static void Place(WorkerConfig config) => ThreadPlacement.Apply(config.Cores, config.MemoryNode);

    /// <summary>Runs it.</summary>
    /// <param name="config">Says where.</param>
    /// <param name="name">Name of the thread.</param>
    /// <param name="work">What to run.</param>
    public static Task<T> RunAsync<T>(WorkerConfig config, string name, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Place(config);
            try
            {
                result.SetResult(work());
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        })
        { IsBackground = true, Name = name }.Start();
        return result.Task;
    }
}
