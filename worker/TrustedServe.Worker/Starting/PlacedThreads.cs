using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Starting;

/// <summary>Threads that write much memory, placed where the memory shall lie, and what the kernel answered to that.</summary>
/// <param name="config">Says where.</param>
/// <param name="calls">The kernel; null for the real one.</param>
internal sealed class PlacedThreads(WorkerConfig config, ISystemCalls? calls = null)
{
    private readonly Lock answering = new();
    private SystemCallResult memory = SystemCallResult.Ok;

    /// <summary>The kernel's answer to the memory policy: that it was set wherever it was asked for, or the first refusal.</summary>
    public SystemCallResult Memory
    {
        get
        {
            lock (answering)
            {
                return memory;
            }
        }
    }

    /// <summary>Places the calling thread as the worker's configuration says.</summary>
    public void Place()
    {
        var applied = ThreadPlacement.Apply(config.Cores, config.MemoryNode, calls);
        lock (answering)
        {
            memory = memory.Succeeded ? applied.Memory : memory;
        }
    }

    /// <summary>Runs work on a placed thread of its own.</summary>
    /// <param name="name">Name of the thread.</param>
    /// <param name="work">What to run.</param>
    public Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Place();
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
