using Microsoft.ML.OnnxRuntime;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Lanes;

/// <summary>A thread on a core of its own that computes one request after the other.</summary>
internal sealed class Lane : IDisposable
{
    private readonly LaneScheduler scheduler;
    private readonly ILogger logger;
    private readonly SemaphoreSlim assigned = new(0);
    private readonly TaskCompletionSource<int> pinned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread thread;
    private LaneWork? next;

    /// <summary>Starts the lane's thread.</summary>
    internal Lane(LaneScheduler scheduler, int index, int core, ILogger logger)
    {
        (this.scheduler, Index, Core, this.logger) = (scheduler, index, core, logger);
        thread = new Thread(Work) { IsBackground = true, Name = $"lane {core}" };
    }

    /// <summary>Its place among the lanes, from 0.</summary>
    public int Index { get; }

    /// <summary>The core that the lane is meant for.</summary>
    public int Core { get; }

    /// <summary>The answer to pinning: 0, or the system's error.</summary>
    public Task<int> Pinned => pinned.Task;

    /// <summary>The request in hand; guarded by the scheduler's lock.</summary>
    internal LaneWork? Current { get; set; }

    /// <summary>Options of the engine for the request in hand; its termination flag is guarded by the scheduler's lock.</summary>
    public RunOptions Options { get; } = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>Memory for the inputs of the request in hand.</summary>
    public LaneScratch Scratch { get; } = new();

    /// <summary>Begins to wait for work.</summary>
    internal void Start() => thread.Start();

    /// <summary>Hands work to the lane while it is idle; null ends it. Under the scheduler's lock.</summary>
    internal void Assign(LaneWork? work)
    {
        next = work;
        assigned.Release();
    }

    /// <summary>Waits for the thread to end; the scheduler has told it to.</summary>
    public void Dispose()
    {
        if (thread.IsAlive)
        {
            thread.Join();
        }

        Options.Dispose();
        Scratch.Dispose();
        assigned.Dispose();
    }

    private void Work()
    {
        pinned.SetResult(CpuAffinity.Pin(Core));
        while (true)
        {
            assigned.Wait();
            var work = next;
            if (work is null)
            {
                return;
            }

            do
            {
                Compute(work);
                if (!scheduler.TryNext(this, out work))
                {
                    return;
                }
            }
            while (work is not null);
        }
    }

    private void Compute(LaneWork work)
    {
        try
        {
            work.Complete(work.Compute(this));
        }
        catch (TsfException exception)
        {
            work.Fail(exception);
        }
        catch (Exception exception)
        {
            // Whatever a request makes fail, the lane goes on. The text of the exception can hold values of the input and stays out of log and answer.
            WorkerLog.RequestFailed(logger, exception.GetType().Name);
            work.Fail(TsfErrors.ExecutionFailed.With($"The model failed on this input ({exception.GetType().Name})."));
        }
    }
}
