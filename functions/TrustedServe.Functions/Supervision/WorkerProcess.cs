using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions.Supervision;

/// <summary>One worker process. Its standard input is the tie: when this side of the pipe ends, in whatever way, so does the worker.</summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>How long a worker may take to end when asked before it is killed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The longest line of output that is forwarded; the rest of a longer one is dropped.</summary>
    private const int MaxLine = 16 << 10;

    private readonly Process process;
    private readonly Task output;

    private WorkerProcess(Process process, WorkerConfig config, ILogger logger)
    {
        this.process = process;
        output = Task.WhenAll(
            ForwardAsync(process.StandardOutput, config, LogLevel.Information, logger),
            ForwardAsync(process.StandardError, config, LogLevel.Warning, logger));
    }

    /// <summary>The exit code, after the end.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>Starts a worker and tells it what to serve.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public static async Task<WorkerProcess> StartAsync(string program, WorkerConfig config, ILogger logger)
    {
        var worker = new WorkerProcess(Process.Start(WorkerProgram.StartInfo(program))!, config, logger);
        try
        {
            var input = worker.process.StandardInput.BaseStream;
            await input.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(config, StrictJson.Compact));
            await input.WriteAsync("\n"u8.ToArray());
            await input.FlushAsync();
        }
        catch (IOException)
        {
            // It ended before it read its first line; its exit says the rest.
        }

        return worker;
    }

    /// <summary>Completes at the process's end.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => process.WaitForExitAsync(cancellationToken);

    /// <summary>Ends the process: first by the pipe, then by force.</summary>
    public async Task StopAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        // A process that outlives the worker may hold its output open; it is not waited for.
        await Task.WhenAny(output, Task.Delay(Patience, CancellationToken.None));
    }

    /// <inheritdoc/>
    public void Dispose() => process.Dispose();

    private static async Task ForwardAsync(StreamReader reader, WorkerConfig config, LogLevel level, ILogger logger)
    {
        var line = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
        {
            foreach (var character in buffer.AsSpan(0, count))
            {
                if (character != '\n')
                {
                    line.Append(character, line.Length < MaxLine ? 1 : 0);
                }
                else
                {
                    Forward(line.ToString(), config, level, logger);
                    line.Clear();
                }
            }
        }

        Forward(line.ToString(), config, level, logger);
    }

    private static void Forward(string line, WorkerConfig config, LogLevel level, ILogger logger)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("LogLevel", out var name) && Enum.TryParse<LogLevel>(name.ToString(), out var own)
                && document.RootElement.TryGetProperty("Message", out var message))
            {
                (level, line) = (own, message.ToString());
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not a log line (or text in it is not Unicode): native code, or the runtime's last words. Forwarded as it is.
        }

        SupervisionLog.WorkerLine(logger, level, config.Model, config.Version, line);
    }
}
