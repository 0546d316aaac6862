using System.Runtime.InteropServices;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Starting;

/// <summary>Runs work that writes much memory on a thread of its own, placed where the memory shall lie.</summary>
internal static partial class PlacedThread
{
    // With the scheduler's weights a thread this nice gets a tenth of a core that a lane wants as well, and all of an idle one.
    private const int Yielding = 10;

    /// <summary>Places the calling thread as the worker's configuration says.</summary>
    public static void Place(WorkerConfig config) => ThreadPlacement.Apply(config.Cores, config.Node);

    /// <summary>Runs it.</summary>
    /// <param name="config">Says where.</param>
    /// <param name="name">Name of the thread.</param>
    /// <param name="yielding">Whether it makes way for the lanes.</param>
    /// <param name="work">What to run.</param>
    public static Task<T> RunAsync<T>(WorkerConfig config, string name, bool yielding, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Place(config);
            if (yielding)
            {
                // For Linux the calling thread alone. A refusal costs the lanes a share of a core for a while, no more.
                _ = SetPriority(0, 0, Yielding);
            }

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

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
