using System.Diagnostics;
using System.Globalization;
using TrustedServe.Testing;
using Version = TrustedServe.BrokerWriter.Version;

namespace TrustedServe.KeyBroker.Tests.Support;

/// <summary>The process that writes resources beside a broker, and what it acknowledged.</summary>
internal sealed class BrokerWriterProcess
{
    private readonly Process process;
    private readonly TaskCompletionSource all = new();
    private readonly Task<string> lines;

    private BrokerWriterProcess(Process process)
    {
        this.process = process;
        lines = Task.Run(async () =>
        {
            var text = new System.Text.StringBuilder();
            var buffer = new char[4096];
            var written = 0;
            for (int read; (read = await process.StandardOutput.ReadAsync(buffer)) > 0;)
            {
                text.Append(buffer, 0, read);
                written += buffer.AsSpan(0, read).Count('\n');
                if (written >= Version.Resources)
                {
                    all.TrySetResult();
                }
            }

            all.TrySetException(new InvalidOperationException("The writer ended before it had written every resource."));
            return text.ToString();
        });
    }

    /// <summary>It ended by itself.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Starts it after a version.</summary>
    public static BrokerWriterProcess Start(string folder, long version) => new(Process.Start(
        new ProcessStartInfo("dotnet", [Repository.Executable("tests", "TrustedServe.BrokerWriter"), folder, version.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    /// <summary>Waits until it has written every resource.</summary>
    public Task AllAsync() => all.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Kills it.</summary>
    /// <returns>The versions that it acknowledged; a line without an end acknowledges nothing.</returns>
    public async Task<IReadOnlyList<long>> KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        var text = await lines;
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
    }
}
