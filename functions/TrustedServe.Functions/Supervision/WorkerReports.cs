using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Supervision;

/// <summary>Asks a worker from time to time for what it does not say by itself.</summary>
/// <param name="connection">The way to it.</param>
/// <param name="health">Takes what it says.</param>
/// <param name="attestationAge">The greatest age of its attestation.</param>
/// <param name="time">The clock.</param>
/// <param name="moved">Takes the description of a worker whose weights are had in another way than when it was taken last; whether it could.</param>
internal sealed class WorkerReports(WorkerConnection connection, WorkerHealth health, TimeSpan attestationAge, TimeProvider time, Func<Task<bool>> moved)
{
    // Often enough for a probe to see something move, and a small model has started before the first time.
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(500);

    // It attests again when a fifth of the age is left: that is known long before the age is over.
    private const double AgePart = 0.05;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>Runs as long as the worker does.</summary>
    public async Task RunAsync(CancellationToken gone)
    {
        var part = attestationAge * AgePart;
        var described = string.Empty;
        var pause = part < ShortestPause ? ShortestPause : part > LongestPause ? LongestPause : part;
        try
        {
            while (true)
            {
                await Task.Delay(health.Report.Ready ? pause : StartPause, time, gone);
                var asked = time.GetTimestamp();
                try
                {
                    health.Take(
                        await connection.Control.ReadStartAsync(new ReadStartRequest(), deadline: (time.GetUtcNow() + AnswerTime).UtcDateTime, cancellationToken: gone), asked);
                    var weights = health.Report.Weights;
                    if (health.Report.Ready && weights != described && await moved())
                    {
                        described = weights;
                    }
                }
                catch (Exception exception) when (exception is RpcException or TsfException)
                {
                    // Not listening yet, busy, ended, or it says nonsense. What it said before holds until then.
                }
            }
        }
        catch (Exception exception) when (gone.IsCancellationRequested && exception is OperationCanceledException or ObjectDisposedException)
        {
            // The worker has ended.
        }
    }
}
