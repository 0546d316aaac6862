using System.Diagnostics;
using System.Runtime.ExceptionServices;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Hosting;

/// <summary>
/// A child that lives no longer than this process: its standard input is a pipe that ends with us, and it was told to end with it.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    // Enough for every line of a start; a service that logs for months must not fill our memory.
    private const int Remembered = 2_000;

    // A front end finishes what it has within 30 s unless it was given another grace.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(40);

    private readonly Process process;
    private readonly long started;
    private readonly Lock gate = new();
    private readonly Queue<LogEvent> events = new();
    private long forgotten;
    private readonly Task pumps;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(Process process, string name, long started)
    {
        this.process = process;
        this.started = started;
        Name = name;
        pumps = Task.WhenAll(PumpAsync(process.StandardOutput), PumpAsync(process.StandardError));
    }

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>Time since it was started.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(started);

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>
    /// Raised for every line it logs, on the thread that reads it. What a handler throws first comes out of whatever waits for the
    /// child's end; until then the child is read on.
    /// </summary>
    public event Action<LogEvent>? Logged;

    /// <summary>Starts <c>dotnet <paramref name="program"/></c> with its diagnostics port closed.</summary>
    public static ServiceProcess Start(string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw TsfErrors.MissingTool.With($"{name} could not be started.");
        return new ServiceProcess(process, name, started);
    }

    /// <summary>Waits until it has ended and all its lines were read.</summary>
    public async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        await pumps;
    }

    /// <summary>Writes a line to its standard input, which stays open.</summary>
    public async Task WriteLineAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the first line, already logged or to come, that satisfies the condition.</summary>
    /// <exception cref="TsfException">When the child ends first; the message has the last line that it logged.</exception>
    public Task<LogEvent> WaitForAsync(Func<LogEvent, bool> condition, TimeSpan timeout, CancellationToken cancellationToken) =>
        WithinAsync(timeout, limit => FindAsync(condition, limit), cancellationToken);

    /// <summary>Runs what needs the child's doing, for so long at most.</summary>
    /// <exception cref="TsfException">When the time is over; the message has the last line that the child logged.</exception>
    public async Task<T> WithinAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await work(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TsfErrors.Internal.With($"{Name} did not do what was expected within {timeout.TotalSeconds:0} s; its last line: {LastLine()}");
        }
    }

    /// <summary>The error for a child that has ended too soon; the message has the last line that it logged.</summary>
    public TsfException Ended(Exception? cause = null) => TsfErrors.Internal.With($"{Name} ended with exit code {process.ExitCode}: {LastLine()}", cause);

    /// <summary>Closes its standard input, waits, and kills it only when it does not end within the grace that it has, and some.</summary>
    public async Task EndAsync()
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(EndLimit);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }

        await pumps;
    }

    /// <inheritdoc cref="EndAsync"/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync();
        }
        finally
        {
            process.Dispose();
        }
    }

    private async Task<LogEvent> FindAsync(Func<LogEvent, bool> condition, CancellationToken cancellationToken)
    {
        var seen = 0L;
        while (true)
        {
            Task next;
            lock (gate)
            {
                foreach (var line in events.Skip((int)Math.Max(0, seen - forgotten)))
                {
                    if (condition(line))
                    {
                        return line;
                    }
                }

                seen = forgotten + events.Count;

                next = changed.Task;
            }

            var ended = process.WaitForExitAsync(cancellationToken);
            if (await Task.WhenAny(next, ended).WaitAsync(cancellationToken) == ended && process.HasExited)
            {
                // What a handler threw comes after what was printed: the line that is waited for may be among the last ones.
                await pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                bool all;
                lock (gate)
                {
                    all = seen >= forgotten + events.Count;
                }

                if (all)
                {
                    await pumps;
                    throw Ended();
                }
            }
        }
    }

    private string LastLine()
    {
        lock (gate)
        {
            var problem = events.LastOrDefault(line => line.Level is "Error" or "Critical" or "Warning") ?? events.LastOrDefault();
            return problem?.Message ?? "it printed nothing";
        }
    }

    private async Task PumpAsync(StreamReader reader)
    {
        ExceptionDispatchInfo? failure = null;
        while (await reader.ReadLineAsync() is { } line)
        {
            var parsed = LogEvent.Parse(line);
            lock (gate)
            {
                events.Enqueue(parsed);
                if (events.Count > Remembered)
                {
                    events.Dequeue();
                    forgotten++;
                }

                changed.SetResult();
                changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            try
            {
                Logged?.Invoke(parsed);
            }
            catch (Exception exception)
            {
                // Not now: a child whose lines nobody reads stands still as soon as its pipe is full.
                failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        failure?.Throw();
    }
}
