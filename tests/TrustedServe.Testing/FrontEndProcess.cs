using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace TrustedServe.Testing;

/// <summary>The front end as a process of its own, as a pod runs it, with its log.</summary>
public sealed class FrontEndProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly ConcurrentQueue<JsonElement> events = new();
    private readonly ConcurrentQueue<string> errors = new();
    private readonly Task reading;

    private FrontEndProcess(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>What it has logged.</summary>
    public IReadOnlyCollection<JsonElement> Events => events;

    /// <summary>What it has printed beside its log.</summary>
    public string Errors => string.Join('\n', errors);

    /// <summary>Its whole output, for messages of tests.</summary>
    public string Output => string.Join('\n', events.Select(line => $"{line.GetProperty("EventId").GetInt32()} {line.GetProperty("Message").GetString()}")) + '\n' + Errors;

    /// <summary>Starts it.</summary>
    public static FrontEndProcess Start(IEnumerable<string> arguments) =>
        Start("dotnet", [Repository.Executable("functions", "TrustedServe.Functions"), .. arguments]);

    /// <summary>Starts it with a signal ignored, as <c>nohup</c> does.</summary>
    public static FrontEndProcess StartIgnoring(string signal, IEnumerable<string> arguments) =>
        Start("sh", ["-c", $"trap '' {signal}; exec dotnet \"$@\"", "sh", Repository.Executable("functions", "TrustedServe.Functions"), .. arguments]);

    /// <summary>How often an event was logged.</summary>
    public int Count(int eventId) => events.Count(line => IsEvent(line, eventId));

    /// <summary>Waits for an event.</summary>
    public async Task<JsonElement> WaitForAsync(int eventId, Func<JsonElement, bool>? which = null)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var ended = reading.IsCompleted;
            foreach (var line in events)
            {
                if (IsEvent(line, eventId) && (which is null || which(line)))
                {
                    return line;
                }
            }

            if (ended || Stopwatch.GetElapsedTime(begun) > Limit)
            {
                throw new InvalidOperationException($"The front end did not log event {eventId}; it logged:\n{Output}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Waits until every model answers, and says where.</summary>
    public async Task<Uri> ReadyAsync()
    {
        await WaitForAsync(2003);
        return new Uri((await WaitForAsync(2001)).GetProperty("State").GetProperty("Url").GetString()!);
    }

    /// <summary>Ends its standard input.</summary>
    public void CloseInput() => process.StandardInput.Close();

    /// <summary>Sends a signal by name.</summary>
    public void Signal(string signal) => Processes.Signal(process.Id, signal);

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        await reading.WaitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>Kills it if it still runs; its workers end by themselves.</summary>
    public void Dispose() => Processes.End(process);

    private static FrontEndProcess Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // it would start itself again
        return new FrontEndProcess(Process.Start(start)!);
    }

    private static bool IsEvent(JsonElement line, int eventId) => line.GetProperty("EventId").GetInt32() == eventId;

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{'))
            {
                events.Enqueue(JsonElement.Parse(line));
            }
            else
            {
                errors.Enqueue(line);
            }
        }
    }
}
