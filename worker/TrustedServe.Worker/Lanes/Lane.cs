using Microsoft.ML.OnnxRuntime;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Statistics;

namespace TrustedServe.Worker.Lanes;

/// <summary>A thread on a core of its own that computes one run after the other.</summary>
internal sealed class Lane : IDisposable
{
    private readonly LaneScheduler scheduler;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly SemaphoreSlim woken = new(0);
    private readonly TaskCompletionSource<AppliedPlacement> pinned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LaneBatch alone = new();
    private readonly Thread thread;
    private long engineStarted;
    private long engineEnded;

    /// <summary>Makes the lane; it waits for <see cref="Start"/>.</summary>
    internal Lane(LaneScheduler scheduler, int index, int core, BatchLimits limits, TimeProvider time, ILogger logger)
    {
        (this.scheduler, Index, Core, this.time, this.logger) = (scheduler, index, core, time, logger);
        Statistics = new LaneStatistics(limits.Rows);
        thread = new Thread(Work) { IsBackground = true, Name = $"lane {core}" };
    }

    /// <summary>Its place among the lanes, from 0.</summary>
    public int Index { get; }

    /// <summary>The core that the lane is meant for.</summary>
    public int Core { get; }

    /// <summary>What came of pinning its thread.</summary>
    public Task<AppliedPlacement> Pinned => pinned.Task;

    /// <summary>What it has computed.</summary>
    public LaneStatistics Statistics { get; }

    /// <summary>Options of the engine for the run in hand; its termination flag is guarded by the scheduler's lock.</summary>
    public RunOptions Options { get; } = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>Memory for the inputs of the run in hand.</summary>
    public LaneScratch Scratch { get; } = new();

    /// <summary>The lane's run, kept whole until all of it has ended; the scheduler fills and empties it, under its lock.</summary>
    internal LaneBatch Batch { get; } = new();

    /// <summary>What the engine computes now: that run, or of one that failed a request alone; guarded by the scheduler's lock.</summary>
    internal LaneBatch? Current { get; set; }

    /// <summary>Begins to wait for work.</summary>
    internal void Start() => thread.Start();

    /// <summary>Has the idle lane compute its next run, or end when the scheduler has stopped. Under the scheduler's lock.</summary>
    internal void Wake() => woken.Release();

    /// <summary>Runs the model for the run in hand, on the lane's thread.</summary>
    /// <exception cref="TsfException">TSF5006.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IModelRun model, string[] inputNames, OrtValue[] inputs, string[] outputNames)
    {
        engineStarted = time.GetTimestamp();
        try
        {
            return model.Run(Index, Options, inputNames, inputs, outputNames);
        }
        finally
        {
            engineEnded = time.GetTimestamp();
        }
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
        woken.Dispose();
    }

    private void Work()
    {
        pinned.SetResult(ThreadPlacement.Apply([Core], memoryNode: null));
        while (true)
        {
            woken.Wait();
            if (Batch.IsEmpty)
            {
                return;
            }

            bool? more;
            do
            {
                ComputeBatch();
                more = scheduler.Next(this);
            }
            while (more == true);
            if (more is null)
            {
                return;
            }
        }
    }

    private void ComputeBatch()
    {
        if (TryCompute(Batch) is not { } failure)
        {
            return;
        }

        if (Batch.Parts.Count == 1)
        {
            scheduler.Failed(Batch.Parts[0].Work, failure);
            return;
        }

        // 11. Somebody's rows made the run fail: each request is computed again alone, so that only its own caller is told.
        foreach (var part in Batch.Parts)
        {
            if (scheduler.TryAlone(this, alone, part) && TryCompute(alone) is { } own)
            {
                scheduler.Failed(part.Work, own);
            }
        }
    }

    private TsfException? TryCompute(LaneBatch batch)
    {
        var started = engineStarted = engineEnded = time.GetTimestamp();
        TsfException? failure = null;
        try
        {
            batch.Parts[0].Work.Compute(this, batch);
        }
        catch (TsfException exception)
        {
            failure = exception;
        }
        catch (Exception exception)
        {
            // Whatever a request makes fail, the lane goes on. The text of the exception can hold values of the input and stays out of log and answer.
            WorkerLog.RequestFailed(logger, exception.GetType().Name);
            failure = TsfErrors.ExecutionFailed.With($"The model failed on this input ({exception.GetType().Name}).");
        }

        Statistics.Computed(batch, time, started, engineStarted, engineEnded, failed: failure is not null);
        if (failure is null)
        {
            scheduler.Finish(batch);
        }

        return failure;
    }
}
