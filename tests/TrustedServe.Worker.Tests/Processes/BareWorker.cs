using System.Diagnostics;
using System.Text.Json;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Tests.Processes;

/// <summary>A worker process that is expected to end by itself.</summary>
internal static class BareWorker
{
    /// <summary>Runs a shell line (<c>$0</c> is the worker's assembly) to its end and gives exit code and output.</summary>
    public static async Task<(int Exit, string Output)> RunAsync(WorkerConfig config, string shell = "exec dotnet \"$0\"", params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", shell, SealedStore.WorkerExecutable]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var texts = new[] { process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync() };
            await process.StandardInput.WriteAsync(JsonSerializer.Serialize(config, StrictJson.Compact) + "\n");
            await process.StandardInput.FlushAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return (process.ExitCode, string.Concat(await Task.WhenAll(texts)));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
