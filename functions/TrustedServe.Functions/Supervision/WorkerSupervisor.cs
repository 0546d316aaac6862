using System.ComponentModel;
using System.Text.Json;
using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions.Supervision;

/// <summary>Keeps the worker of one model version and node running.</summary>
/// <remarks>
/// 1. Start the process and follow its start, step by step, each logged. Its session is built: take its metadata; what is held may go to it.
/// 2. Ready: let requests through, wait for its end.
/// 3. Ended: end the calls that were with it, then ask <see cref="RestartPolicy"/>.
/// </remarks>
internal sealed class WorkerSupervisor(WorkerSetup setup, SocketFolder sockets, WorkerConfig config, bool isDefault)
{
    private const int RefusedExit = 3;
    private const int RetryableExit = 4;

    /// <summary>How long a worker may take until its socket answers; what follows (fetching a model) has no limit.</summary>
    private static readonly TimeSpan SocketLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SocketPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a worker that said FAILED, or nothing sensible, may take to end.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    /// <summary>How long is waited for what a worker that has ended said before.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private volatile WorkerState state = new WorkerState.Starting();

    /// <summary>Name of the model.</summary>
    public string Model => config.Model;

    /// <summary>Version of the model.</summary>
    public string Version => config.Version;

    /// <summary>The NUMA node of its worker.</summary>
    public int? Node => config.Node;

    /// <summary>What the version can do at this moment.</summary>
    public WorkerState State => state;

    /// <summary>What its worker says of itself.</summary>
    public WorkerHealth Health { get; } = new(TimeSpan.FromSeconds(config.AttestationMaxAgeSeconds), setup.Time);

    /// <summary>Runs until the model failed for good or the front end stops; the worker has then ended.</summary>
    /// <param name="changed">Called after each change of <see cref="State"/>.</param>
    /// <param name="restarted">Called before each start but the first.</param>
    /// <param name="stopping">Cancelled when the front end stops.</param>
    public async Task RunAsync(Action changed, Action restarted, CancellationToken stopping)
    {
        // Whatever became of it before it was unloaded or given up.
        Become(new WorkerState.Starting(), changed);
        var policy = new RestartPolicy(setup.CrashLimit);
        try
        {
            while (true)
            {
                var end = await RunOnceAsync(changed, stopping);
                Health.End(end);
                if (policy.After(end) is not { } pause)
                {
                    SupervisionLog.GivenUp(setup.Logger, Model, Version, end.Code, end.Reason);
                    Become(new WorkerState.Failed(policy.Failure(end)), changed);
                    return;
                }

                SupervisionLog.Restarting(setup.Logger, Model, Version, end.Kind, end.Code, end.Reason, Math.Round(pause.TotalSeconds, 3));
                await Task.Delay(pause, setup.Time, stopping);
                restarted();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Become(new WorkerState.Starting(), changed);
        }
        catch (Exception exception)
        {
            // Not the worker but its supervision failed. The model says so; the others go on.
            SupervisionLog.SupervisionFailed(setup.Logger, Model, Version, exception);
            Become(new WorkerState.Failed(TsfErrors.ModelFailed.With($"The model's supervision failed: {TsfErrors.Internal.Code}.")), changed);
        }
    }

    private async Task<WorkerEnd> RunOnceAsync(Action changed, CancellationToken stopping)
    {
        // 1. Start.
        stopping.ThrowIfCancellationRequested();
        var socket = sockets.Next();
        WorkerProcess process;
        try
        {
            process = await WorkerProcess.StartAsync(setup.Program, config with { Socket = socket }, setup.Logger);
        }
        catch (Win32Exception exception)
        {
            return new WorkerEnd(WorkerEndKind.Crashed, TimeSpan.Zero, TsfErrors.FileUnreadable.Code, $"{setup.Program} cannot be started: {exception.Message}");
        }

        using var connection = new WorkerConnection(socket, config.MaxMessageBytes, setup.Time);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        long readySince = 0;
        var failure = new StartStep();
        var reports = Task.CompletedTask;
        var watch = Task.FromResult(failure);
        try
        {
            SupervisionLog.Started(setup.Logger, Model, Version, process.Id);
            Health.Begin();
            reports = new WorkerReports(connection, Health, TimeSpan.FromSeconds(config.AttestationMaxAgeSeconds), setup.Time, MovedAsync).RunAsync(gone.Token);
            WorkerState.Ready? serving = null;
            watch = WatchAsync(connection, AcceptAsync, gone.Token);
            var exit = process.WaitAsync(stopping);
            await Task.WhenAny(watch, exit);
            if (!exit.IsCompleted && await watch is { Phase: StartStep.Types.Phase.Ready })
            {
                // 2. Ready.
                serving ??= await AskAsync();
                readySince = setup.Time.GetTimestamp();
                Become(serving, changed);
                await exit;
            }
            else
            {
                // What it said last may still be under way when it has ended already.
                await Task.WhenAny(watch, Task.Delay(LastWords, setup.Time, stopping));
                failure = watch.IsCompletedSuccessfully ? await watch : failure;
                await Task.WhenAny(exit, Task.Delay(EndLimit, setup.Time, stopping));
            }

            async Task AcceptAsync()
            {
                serving = await AskAsync();
                Become(new WorkerState.Warming(serving), changed);
            }

            // The same worker with the same calls in hand, which describes itself otherwise; unless it has ended meanwhile.
            async Task<bool> MovedAsync()
            {
                if (state is not WorkerState.Ready before
                    || !ReferenceEquals(Interlocked.CompareExchange(ref state, before with { Model = (await AskAsync()).Model }, before), before))
                {
                    return false;
                }

                changed();
                return true;
            }

            async Task<WorkerState.Ready> AskAsync()
            {
                var metadata = await connection.Inference.ModelMetadataAsync(
                    new ModelMetadataRequest { Name = Model, Version = Version }, deadline: Deadline(), cancellationToken: gone.Token);
                return new WorkerState.Ready(ServedModels.Checked(metadata, config, isDefault), connection);
            }
        }
        catch (Exception exception) when (exception is RpcException or TsfException)
        {
            // It answers nonsense, or nothing: whatever it is, it is no worker any more. Stopped below.
            failure = new StartStep { Code = (exception as TsfException)?.Code ?? TsfErrors.WorkerLost.Code, Message = exception.Message };
        }
        finally
        {
            // 3. Ended, or to be ended.
            if (!stopping.IsCancellationRequested)
            {
                Become(new WorkerState.Starting(), changed);
            }

            await gone.CancelAsync();
            connection.Dispose();
            await reports;

            // Its last step may have been on its way, and have put back what has just ended.
            await ((Task)watch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stopping.IsCancellationRequested && state is not WorkerState.Starting)
            {
                Become(new WorkerState.Starting(), changed);
            }

            await process.StopAsync();
            SocketFolder.Remove(socket);
        }

        using (process)
        {
            // What was asked to end did not crash.
            stopping.ThrowIfCancellationRequested();
            var lived = readySince == 0 ? TimeSpan.Zero : setup.Time.GetElapsedTime(readySince);
            return End(process.ExitCode, failure, lived);
        }
    }

    private static WorkerEnd End(int exitCode, StartStep failure, TimeSpan lived)
    {
        var kind = failure.Phase == StartStep.Types.Phase.Failed
            ? failure.Retryable ? WorkerEndKind.Retryable : WorkerEndKind.Refused
            : exitCode switch
            {
                RefusedExit => WorkerEndKind.Refused,
                RetryableExit => WorkerEndKind.Retryable,
                _ => WorkerEndKind.Crashed,
            };
        return new WorkerEnd(
            kind,
            lived,
            failure.Code.Length > 0 ? failure.Code : TsfErrors.WorkerLost.Code,
            failure.Message.Length > 0 ? failure.Message : $"exit code {exitCode}; its last lines in this log say why");
    }

    // A stream that breaks is opened again as long as the process lives: the worker repeats the steps so far, and those that
    // were seen are passed over.
    private async Task<StartStep> WatchAsync(WorkerConnection connection, Func<Task> accept, CancellationToken cancellationToken)
    {
        var seen = 0;
        var begun = setup.Time.GetTimestamp();
        while (true)
        {
            try
            {
                using var call = connection.Control.WatchStart(new WatchStartRequest(), cancellationToken: cancellationToken);
                for (var index = 0; await call.ResponseStream.MoveNext(cancellationToken); index++)
                {
                    var step = call.ResponseStream.Current;
                    if (index < seen)
                    {
                        continue;
                    }

                    seen++;
                    Health.Take(step);
                    SupervisionLog.Step(
                        setup.Logger, Model, Version, step.Phase.ToString(), step.Seconds, JsonSerializer.Serialize(step.Details), step.Code, step.Message);
                    if (step.Phase == StartStep.Types.Phase.Session)
                    {
                        await accept();
                    }

                    if (step.Phase is StartStep.Types.Phase.Ready or StartStep.Types.Phase.Failed)
                    {
                        return step;
                    }
                }
            }
            catch (RpcException) when (!cancellationToken.IsCancellationRequested && (seen > 0 || setup.Time.GetElapsedTime(begun) < SocketLimit))
            {
                // Not listening yet.
            }

            await Task.Delay(SocketPoll, setup.Time, cancellationToken);
        }
    }

    private DateTime Deadline() => (setup.Time.GetUtcNow() + EndLimit).UtcDateTime;

    private void Become(WorkerState next, Action changed)
    {
        state = next;
        changed();
    }
}
