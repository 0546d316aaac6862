using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TrustedServe.Testing;

/// <summary>Runs the built <c>trustedserve</c> as a user would: a process, its output, its exit code.</summary>
public sealed partial class TrustedServeCommand : IDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private TrustedServeCommand(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything printed so far.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>Starts it in a directory, with its home in <paramref name="home"/>.</summary>
    public static TrustedServeCommand Start(string directory, string home, params string[] arguments) => Start(directory, home, path: null, arguments);

    /// <summary>The same with another PATH.</summary>
    public static TrustedServeCommand Start(string directory, string home, string? path, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : Find("dotnet"), [Repository.Executable("deploy", "TrustedServe.Cli", "trustedserve"), .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TRUSTEDSERVE_HOME"] = home;
        start.Environment["NO_COLOR"] = "1";
        start.Environment["PATH"] = path ?? start.Environment["PATH"];
        start.Environment["COLUMNS"] = "200";
        return new TrustedServeCommand(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string directory, string home, params string[] arguments)
    {
        using var command = Start(directory, home, arguments);
        return (await command.WaitAsync(), command.Output);
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="most">How long that may take; 4 minutes when not given.</param>
    public async Task<int> WaitAsync(TimeSpan? most = null)
    {
        using var limit = new CancellationTokenSource(most ?? TimeSpan.FromMinutes(4));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>Waits until a text was printed.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        for (var tries = 0; tries < 1_200; tries++)
        {
            if (lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }

            if (process.HasExited)
            {
                break;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException($"'{text}' was not printed; this was:\n{Output}");
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string signal) => Processes.Signal(process.Id, signal);

    /// <summary>Kills it, and what it started ends by itself.</summary>
    public void Dispose() => Processes.End(process);

    // A full path: the command may be started with a PATH that does not have it.
    private static string Find(string tool) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, tool)).First(File.Exists);

    private void Add(string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(Escapes().Replace(line, ""));
        }
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Escapes();
}
