using System.Runtime.ExceptionServices;

namespace TrustedServe.Packaging.Threads;

/// <summary>Runs one body on several threads of its own: work that keeps a core busy for seconds does not belong on the pool.</summary>
internal static class DedicatedThreads
{
    /// <summary>Runs the body with the numbers from 0. Waits for all; the first failure stops the others and is thrown.</summary>
    public static async Task RunAsync(int count, string name, Action<int, CancellationToken> body, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? first = null;
        await Task.WhenAll(Enumerable.Range(0, count).Select(Start)).ConfigureAwait(false);
        first?.Throw();

        Task Start(int number)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() =>
            {
                try
                {
                    body(number, stop.Token);
                }
                catch (Exception failure)
                {
                    Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(failure), null);
                    stop.Cancel();
                }

                ended.SetResult();
            })
            { IsBackground = true, Name = $"{name}-{number}" }.Start();
            return ended.Task;
        }
    }
}
