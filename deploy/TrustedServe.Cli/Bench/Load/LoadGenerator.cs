using System.Diagnostics;

namespace TrustedServe.Cli.Bench.Load;

/// <summary>Runs a plan: one thread for each connection.</summary>
/// <remarks>
/// Closed loop: each connection sends when it has its answer. Requests that begin before the end of the warm-up do not count.
/// Open loop: arrival times are fixed in advance. A free connection takes the next arrival and waits for its time; when all are
/// busy the arrival waits, and its time runs from when it was to arrive. So a server that stalls is charged with every request
/// that it kept from being sent (coordinated omission corrected). What could not be sent before the run's end counts as an error.
/// </remarks>
internal sealed class LoadGenerator
{
    private const int StackBytes = 256 << 10;
    private readonly LoadPlan plan;
    private readonly ArrivalSchedule? schedule;
    private readonly CancellationToken cancellationToken;
    private readonly long begin;

    private LoadGenerator(LoadPlan plan, CancellationToken cancellationToken)
    {
        this.plan = plan;
        this.cancellationToken = cancellationToken;
        schedule = plan.Rate is { } rate ? ArrivalSchedule.Create(rate, plan.WarmUp + plan.Duration, plan.Seed) : null;
        begin = Stopwatch.GetTimestamp();
    }

    /// <summary>Runs it; bounded by warm-up, duration and two timeouts.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<LoadResult> RunAsync(LoadPlan plan, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => new LoadGenerator(plan, cancellationToken).Run(), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private LoadResult Run()
    {
        var processor = Environment.CpuUsage.TotalTime;
        var tallies = Enumerable.Range(0, plan.Connections).Select(_ => new LoadTally(plan.Duration)).ToList();
        var threads = tallies.Select((tally, connection) => new Thread(() => Work(connection, tally), StackBytes) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        cancellationToken.ThrowIfCancellationRequested();
        var cores = (Environment.CpuUsage.TotalTime - processor) / Since(begin);
        var total = new LoadTally(plan.Duration);
        tallies.ForEach(total.Add);
        if (schedule is not null)
        {
            total.PerSecond = total.Latency.Count / plan.Duration.TotalSeconds;
            if (schedule.Untaken > 0)
            {
                total.Count("not sent in time", schedule.Untaken);
            }
        }

        var share = total.Latency.Count == 0 ? 0 : total.PerSecond / total.Latency.Count;
        return new LoadResult
        {
            Plan = plan,
            Latency = total.Latency,
            Series = total.Series,
            Errors = total.Errors,
            RequestsPerSecond = total.PerSecond,
            RowsPerSecond = total.Rows * share,
            TokensPerSecond = total.Tokens * share,
            GeneratorCores = cores,
        };
    }

    private void Work(int connection, LoadTally tally)
    {
        using var wire = new LoadConnection(plan.Address, plan.Timeout);
        if (schedule is null)
        {
            Closed(connection, wire, tally);
        }
        else
        {
            Open(wire, tally);
        }
    }

    private void Closed(int connection, LoadConnection wire, LoadTally tally)
    {
        var end = plan.WarmUp + plan.Duration;
        TimeSpan? first = null;
        var last = TimeSpan.Zero;
        for (var number = connection; !cancellationToken.IsCancellationRequested; number += plan.Connections)
        {
            var sent = Since(begin);
            if (sent >= end)
            {
                break;
            }

            var (outcome, request) = Send(wire, number);
            last = Since(begin);
            if (sent >= plan.WarmUp)
            {
                first ??= sent;
                tally.Record(outcome, request, last - sent, last - plan.WarmUp);
            }

            if (outcome is not LoadConnection.Fine)
            {
                Pause(outcome);
            }
        }

        tally.PerSecond = first is { } start && last > start ? tally.Latency.Count / (last - start).TotalSeconds : 0;
    }

    private void Open(LoadConnection wire, LoadTally tally)
    {
        var end = plan.WarmUp + plan.Duration + plan.Timeout;
        while (!cancellationToken.IsCancellationRequested && Since(begin) < end && schedule!.TryTake(out var number, out var due))
        {
            for (var left = due - Since(begin); left > TimeSpan.Zero && !cancellationToken.IsCancellationRequested; left = due - Since(begin))
            {
                PreciseSleep.For(left);
            }

            var (outcome, request) = Send(wire, number);
            var now = Since(begin);
            if (due >= plan.WarmUp)
            {
                tally.Record(outcome, request, now - due, now - plan.WarmUp);
            }
        }
    }

    private (string Outcome, PreparedRequest Request) Send(LoadConnection wire, int number)
    {
        var request = plan.Requests[number % plan.Requests.Count];
        return (wire.Exchange(request, number % plan.SampleEvery == 0), request);
    }

    // A server that is not there would be asked as fast as the machine can.
    private static void Pause(string outcome)
    {
        if (!char.IsAsciiDigit(outcome[0]))
        {
            PreciseSleep.For(TimeSpan.FromMilliseconds(10));
        }
    }

    private static TimeSpan Since(long timestamp) => Stopwatch.GetElapsedTime(timestamp);
}
