using System.Text.Json;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Hosting;

/// <summary>The key broker of one machine: a process of its own over a folder that this user owns.</summary>
internal static class EmbeddedBroker
{
    /// <summary>Where the folder is unless an option says otherwise: <c>$TRUSTEDSERVE_HOME/broker</c>, or <c>~/.trustedserve/broker</c>.</summary>
    public static string DefaultFolder => Path.Combine(
        Environment.GetEnvironmentVariable("TRUSTEDSERVE_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".trustedserve"),
        "broker");

    /// <summary>Starts it on a free port of loopback and waits until it listens.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="policyFile">Its policy.</param>
    /// <param name="collateral">The broker's own options that say where collateral for TDX quotes comes from.</param>
    /// <param name="cancellationToken">Ends the waiting and the process.</param>
    /// <returns>The process and its address.</returns>
    public static async Task<(ServiceProcess Process, Uri Address)> StartAsync(string folder, string policyFile, IEnumerable<string> collateral, CancellationToken cancellationToken)
    {
        var process = ServiceProcess.Start("The key broker", Programs.KeyBroker, ["--folder", folder, "--policy", policyFile, "--listen", "http://127.0.0.1:0", "--exit-on-stdin-eof", .. collateral]);
        try
        {
            var line = await process.WaitForAsync(e => e.Message.StartsWith("{\"listening\"", StringComparison.Ordinal), TimeSpan.FromSeconds(60), cancellationToken);
            using var document = JsonDocument.Parse(line.Message);
            return (process, new Uri(document.RootElement.GetProperty("listening").GetString()!));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Writes the policy of a development machine: simulated evidence is accepted, but only with the measurement of the front end
    /// and the worker that lie on this machine now.
    /// </summary>
    /// <returns>What the two measure.</returns>
    public static (string Functions, string Worker) WriteInsecureLocalPolicy(string file)
    {
        var functions = ProgramMeasurement.Of(Path.GetDirectoryName(Programs.Functions)!);
        var worker = ProgramMeasurement.Of(Path.GetDirectoryName(Programs.Worker)!);
        var policy = new
        {
            formatVersion = 1,
            rules = new[] { new { name = "insecure-local", resources = new[] { "*/*/*" }, insecure_simulated = true, measurements = new[] { worker, functions } } },
        };
        try
        {
            // The mode that the broker itself makes its folder with: it refuses one in which others may write.
            Directory.CreateDirectory(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.WriteAllText(file, JsonSerializer.Serialize(policy));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The policy {file} cannot be written: {exception.Message}", exception);
        }

        return (functions, worker);
    }
}
