using System.Diagnostics;
using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests.Support;

/// <summary>The broker as a process of its own; it ends with its standard input.</summary>
internal sealed class BrokerProcess : IAsyncDisposable
{
    private readonly Task<string> errors;

    private BrokerProcess(Process process)
    {
        Process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process { get; }

    public static BrokerProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.Executable("deploy", "TrustedServe.KeyBroker"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // None of these may decide anything.
        start.Environment["ASPNETCORE_URLS"] = "http://0.0.0.0:1";
        start.Environment["Kestrel__Endpoints__Http__Url"] = "http://0.0.0.0:2";
        return new BrokerProcess(System.Diagnostics.Process.Start(start)!);
    }

    public static BrokerProcess StartOn(TemporaryDirectory folder) =>
        Start("--folder", folder["broker"], "--policy", folder["policy.json"], "--listen", "http://127.0.0.1:0", "--exit-on-stdin-eof");

    public async Task<Uri> ListeningAsync()
    {
        var line = await Process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new Uri(JsonDocument.Parse(line ?? throw new InvalidOperationException(await errors)).RootElement.GetProperty("listening").GetString()!);
    }

    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (Process.ExitCode, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
    }
}
