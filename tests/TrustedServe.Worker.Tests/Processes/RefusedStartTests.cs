using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class RefusedStartTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private WorkerConfig Config => new() { Model = "digits", Version = "1", Store = directory["store"], Socket = directory["worker.sock"], Trust = new TrustConfig() };

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Rejects_InsecureOptions_InsideATrustDomain_ByName()
    {
        var config = Config with { Trust = new TrustConfig { InsecureSimulatedEvidence = true }, InsecureAllowSwap = true };
        var (exit, output) = await BareWorker.RunAsync(config, environment: ("TRUSTEDSERVE_TRUST_DOMAIN", "1"));
        Assert.Equal(ExitCodes.Refused, exit);
        Assert.Contains("TSF0003", output, StringComparison.Ordinal);
        Assert.Contains("insecureSimulatedEvidence", output, StringComparison.Ordinal);
        Assert.Contains("insecureAllowSwap", output, StringComparison.Ordinal);
        Assert.False(File.Exists(directory["worker.sock"]));
    }

    [Fact]
    public async Task Rejects_ASocketPathThatIsTaken_WithoutAnUnhandledException()
    {
        Directory.CreateDirectory(directory["worker.sock"]);
        var (exit, output) = await BareWorker.RunAsync(Config);
        Assert.Equal(ExitCodes.Refused, exit);
        Assert.Contains("TSF0004", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesInTheTemporaryFolder_DoNotDecideWhetherDiagnosticsAreOff()
    {
        // exec keeps the process id, so the name is that of this worker's own socket.
        var (exit, output) = await BareWorker.RunAsync(
            Config with { Model = "" },
            "touch \"$TMPDIR/dotnet-diagnostic-$$-1-socket\" \"$TMPDIR/clr-debug-pipe-$$-1-in\"; exec dotnet \"$0\"",
            ("TMPDIR", directory.Path),
            ("DOTNET_EnableDiagnostics", "0"));
        Assert.Equal(ExitCodes.Refused, exit);
        Assert.DoesNotContain("TSF0005", output, StringComparison.Ordinal);
        Assert.Contains("TSF0002", output, StringComparison.Ordinal);
    }
}
