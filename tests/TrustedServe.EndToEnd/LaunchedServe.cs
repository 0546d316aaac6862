using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

/// <summary><c>serve --json</c> started by another command, for what that does to it: where its output goes, which processes a signal reaches.</summary>
internal sealed class LaunchedServe : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private LaunchedServe(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its process id; the launcher becomes it.</summary>
    public int Id => process.Id;

    /// <summary>Everything that came out of it so far, of both outputs.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>Starts it on free ports.</summary>
    /// <param name="digits">What is served.</param>
    /// <param name="launcher">A command that becomes the one behind it.</param>
    /// <param name="more">More arguments of <c>serve</c>.</param>
    public static LaunchedServe Start(ServedDigits digits, string[] launcher, params string[] more)
    {
        string[] arguments =
        [
            .. launcher[1..], "dotnet", Repository.Executable("deploy", "TrustedServe.Cli", "trustedserve"), "serve", "--json", "--models", digits.Models,
            "--broker-folder", digits.Broker, "--insecure-simulated-evidence", "--listen", "http://127.0.0.1:0", "--health-listen", "http://127.0.0.1:0", .. more,
        ];
        return new LaunchedServe(Process.Start(new ProcessStartInfo(launcher[0], arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Waits until a line with a text came.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Limit; await Task.Delay(20))
        {
            if (lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }
        }

        throw new InvalidOperationException($"'{text}' was not printed; this was:\n{string.Join('\n', lines)}");
    }

    /// <summary>Sends a signal to its whole process group, as a terminal does; only for one that was launched into a group of its own.</summary>
    public void SignalGroup(string signal)
    {
        // Without the dashes kill takes the group for an option.
        using var kill = Process.Start("kill", [$"-{signal}", "--", string.Create(CultureInfo.InvariantCulture, $"-{Id}")]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end, and the end of what it printed.</summary>
    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>Kills it, and what it started ends by itself.</summary>
    public void Dispose() => Processes.End(process);

    private void Add(string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
