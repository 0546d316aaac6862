using System.Runtime.ExceptionServices;

namespace TrustedServe.Packaging.Threads;

/// <summary>Runs one body on several threads of its own: work that keeps a core busy for seconds does not belong on the pool.</summary>
internal static class DedicatedThreads
{
    /// <summary>Runs the body with the numbers from 0. Waits for all; the first failure stops the others and is thrown.</summary>
    /// <param name="count">How many threads.</param>
    /// <param name="name">What their names begin with.</param>
    /// <param name="body">What they run.</param>
    /// <param name="cancellationToken">Stops them.</param>
    /// <param name="start">Starts a thread; null for the usual way.</param>
    public static async Task RunAsync(int count, string name, Action<int, CancellationToken> body, CancellationToken cancellationToken, Action<Thread>? start = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? first = null;
        var running = new List<Task>(count);
        try
        {
            for (var number = 0; number < count; number++)
            {
                running.Add(Start(number));
            }
        }
        catch (Exception failure)
        {
            // No more threads. Those that run use what the caller disposes of afterwards: they end first.
            Stop(failure);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        first?.Throw();

        void Stop(Exception failure)
        {
            Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(failure), null);
            stop.Cancel();
        }

        Task Start(int number)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var thread = new Thread(() =>
            {
                try
                {
                    body(number, stop.Token);
                }
                catch (Exception failure)
                {
                    Stop(failure);
                }

                ended.SetResult();
            })
            { IsBackground = true, Name = $"{name}-{number}" };
            (start ?? (static thread => thread.Start()))(thread);
            return ended.Task;
        }
    }
}
