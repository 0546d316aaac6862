using System.Diagnostics;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

/// <summary>The blob half of the storage emulator, where it is installed (<c>npm ci</c> in tests/azurite). It ends when its standard input does.</summary>
public sealed class AzuriteBlobs : IAsyncLifetime
{
    // The account and key that the emulator's documentation publishes; they open nothing else.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Listening = "listens on ";

    private Process? process;

    /// <summary>Address of the account; null where the emulator is not installed.</summary>
    public string? Endpoint { get; private set; }

    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint};";

    private static string Script => Path.Combine(Repository.Root, "tests", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js");

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Script))
        {
            return;
        }

        process = Process.Start(new ProcessStartInfo("node",
        [
            "-e", "process.stdin.on('end', () => process.exit(0)).resume(); process.argv.splice(1, 0, 'azurite-blob'); require(process.env.AZURITE_SCRIPT)", "--",
            "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["AZURITE_SCRIPT"] = Script },
        })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            {
                Endpoint = $"{line[(at + Listening.Length)..].Trim()}/{Account}";
                return;
            }
        }

        throw new InvalidOperationException("The storage emulator ended before it listened.");
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null)
        {
            return;
        }

        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }
}
