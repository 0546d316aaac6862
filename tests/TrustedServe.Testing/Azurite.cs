using System.Collections.Concurrent;
using System.Diagnostics;

namespace TrustedServe.Testing;

/// <summary>
/// The storage emulator with blobs and queues on free loopback ports, its data in memory or in a folder. It installs itself on first use and
/// ends with its owner: on <see cref="DisposeAsync"/>, and when the process that started it is gone. No test framework is
/// needed, so the command line's demo uses the same code.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // The account and key that the emulator's documentation publishes; they open nothing else.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly string directory;
    private readonly string? location;
    private Process process;

    private Azurite(string directory, string? location, Process process, Uri blobs, Uri queues)
    {
        (this.directory, this.location, this.process) = (directory, location, process);
        BlobEndpoint = new Uri(blobs, Account);
        QueueEndpoint = new Uri(queues, Account);
        ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={BlobEndpoint};QueueEndpoint={QueueEndpoint};";
    }

    /// <summary>Address of the account's blobs.</summary>
    public Uri BlobEndpoint { get; }

    /// <summary>Address of the account's queues.</summary>
    public Uri QueueEndpoint { get; }

    /// <summary>What the storage clients take.</summary>
    public string ConnectionString { get; }

    /// <summary>The emulator's process.</summary>
    public int ProcessId => process.Id;

    /// <summary>Installs the emulator if need be and starts it.</summary>
    /// <param name="directory">Where its <c>package.json</c> lies: <c>tests/azurite</c> of the clone.</param>
    /// <param name="cancellationToken">Ends the waiting and the process.</param>
    /// <exception cref="AzuriteUnavailable">Node or npm is missing, the installation failed, or it does not start.</exception>
    public static Task<Azurite> StartAsync(string directory, CancellationToken cancellationToken = default) =>
        StartAsync(directory, location: null, cancellationToken);

    /// <summary>The same with its data in a folder, so that an outage can be tried: <see cref="StopAsync()"/> and <see cref="StartAgainAsync"/>.</summary>
    public static async Task<Azurite> StartAsync(string directory, string? location, CancellationToken cancellationToken = default)
    {
        AzuriteInstaller.FindTool("node");
        await AzuriteInstaller.InstallAsync(directory, cancellationToken);
        var (process, blobs, queues) = await StartAsync(directory, location, blobPort: 0, queuePort: 0, cancellationToken);
        return new Azurite(directory, location, process, blobs, queues);
    }

    /// <summary>
    /// Ends the emulator in order, as an outage that spares its data. It does not end while a client keeps a connection; by the end
    /// of the limit it has long written what it has, which it does every few seconds.
    /// </summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(CloseLimit);
        await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync(process);
    }

    /// <summary>Starts it again at the addresses that it had, if need be when another process has left them.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        for (var begun = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause, cancellationToken))
        {
            try
            {
                (process, _, _) = await StartAsync(directory, location, BlobEndpoint.Port, QueueEndpoint.Port, cancellationToken);
                return;
            }
            catch (AzuriteUnavailable) when (Stopwatch.GetElapsedTime(begun) < StartLimit)
            {
                // While it was away its ports were anybody's, and most who take one keep it for a moment only.
            }
        }
    }

    private static async Task<(Process Process, Uri Blobs, Uri Queues)> StartAsync(string directory, string? location, int blobPort, int queuePort, CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo(AzuriteInstaller.FindTool("node"),
        [
            "--require", Path.Combine(directory, "stop-with-parent.cjs"),
            Path.Combine(directory, "node_modules", "azurite", "dist", "src", "azurite.js"),
            "--blobHost", "127.0.0.1", "--blobPort", $"{blobPort}", "--queueHost", "127.0.0.1", "--queuePort", $"{queuePort}", "--tableHost", "127.0.0.1", "--tablePort", "0",
            .. location is null ? ["--inMemoryPersistence"] : new[] { "--location", location },
            "--skipApiVersionCheck", "--disableTelemetry", "--silent",
        ])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StartLimit);
            var (blobs, queues) = await WaitAsync(process, limit.Token);
            return (process, blobs, queues);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await StopAsync(process);
            throw new AzuriteUnavailable($"The storage emulator did not start within {StartLimit.TotalSeconds} seconds.");
        }
        catch
        {
            await StopAsync(process);
            throw;
        }
    }

    /// <summary>Ends the emulator and all that it started; its data is gone.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(process);

    private static async Task<(Uri Blobs, Uri Queues)> WaitAsync(Process process, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        var addresses = new ConcurrentDictionary<string, Uri>();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var ended = process.WaitForExitAsync(cancellationToken);
        if (await Task.WhenAny(started.Task, ended) == ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new AzuriteUnavailable($"The storage emulator ended with code {process.ExitCode} at its start.{Environment.NewLine}{string.Join(Environment.NewLine, lines)}");
        }

        using var client = new HttpClient();
        foreach (var endpoint in new[] { addresses["Blob"], addresses["Queue"] })
        {
            // Any answer will do: without credentials it is a refusal.
            using var answer = await client.GetAsync(new Uri(endpoint, Account), cancellationToken);
        }

        return (addresses["Blob"], addresses["Queue"]);

        void Read(string? line)
        {
            const string Said = " service is successfully listening at ";
            if (line is null || started.Task.IsCompleted)
            {
                return;
            }

            lines.Enqueue(line);
            if (line.Split(Said) is [var service, var address])
            {
                addresses[service["Azurite ".Length..]] = new Uri(address);
                if (addresses.ContainsKey("Blob") && addresses.ContainsKey("Queue"))
                {
                    started.TrySetResult();
                }
            }
        }
    }

    private static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }
}
