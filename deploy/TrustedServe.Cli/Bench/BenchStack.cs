using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench;

/// <summary>A stack of one's own, up to the moment at which every model is ready.</summary>
internal sealed class BenchStack : IAsyncDisposable
{
    // A model of many gigabytes from a far store takes minutes.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    // A start that waits for somebody else is none to be measured.
    private static readonly string[] Unstarted = ["Failed", "Waiting"];
    private readonly LocalStack stack;

    private BenchStack(LocalStack stack, Uri address, TimeSpan ready) => (this.stack, Address, Ready) = (stack, address, ready);

    /// <summary>Address of the HTTP trigger.</summary>
    public Uri Address { get; }

    /// <summary>Address of health, metrics and signals.</summary>
    public required Uri Health { get; init; }

    /// <summary>From the start of the front end's process until every model was ready.</summary>
    public TimeSpan Ready { get; }

    /// <summary>Time since the front end's process was started.</summary>
    public TimeSpan Elapsed => stack.Functions.Elapsed;

    /// <summary>Starts it and waits until every model is ready. The key broker is up before the clock starts: in a cluster it is another's service.</summary>
    /// <param name="options">What to start.</param>
    /// <param name="logged">Gets each line of the front end's log with the time since its process was started.</param>
    /// <param name="cancellationToken">Stops the waiting and the stack.</param>
    /// <exception cref="TsfException">A model did not start.</exception>
    public static async Task<BenchStack> StartAsync(LocalStackOptions options, Action<LogEvent, TimeSpan>? logged, CancellationToken cancellationToken)
    {
        var stack = await LocalStack.StartAsync(options, cancellationToken);
        try
        {
            stack.Functions.Logged += line => logged?.Invoke(line, stack.Functions.Elapsed);
            var listening = await stack.Functions.WaitForAsync(line => line.Id == LogIds.Listening, Limit, cancellationToken);
            var end = await stack.Functions.WaitForAsync(IsEnd, Limit, cancellationToken);
            return end.Id == LogIds.Ready
                ? new BenchStack(stack, new Uri(listening["Url"]), stack.Functions.Elapsed) { Health = new Uri(listening["HealthUrl"]) }
                : throw (TsfErrors.Find(end["Code"]) ?? TsfErrors.Internal).With($"{end["Model"]} {end["Version"]} did not start: {end["Reason"]}");
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stack.DisposeAsync();

    private static bool IsEnd(LogEvent line) =>
        line.Id == LogIds.Ready || (line.Id == LogIds.WorkerStep && Unstarted.Contains(line["Phase"], StringComparer.OrdinalIgnoreCase));
}
