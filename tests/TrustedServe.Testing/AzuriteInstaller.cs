using System.Diagnostics;
using System.Security.Cryptography;

namespace TrustedServe.Testing;

/// <summary>Installs the emulator that <c>package-lock.json</c> pins, once for all processes of the clone.</summary>
internal static class AzuriteInstaller
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    /// <summary>The program on the PATH.</summary>
    /// <exception cref="AzuriteUnavailable">It is not installed.</exception>
    public static string FindTool(string name)
    {
        string[] names = OperatingSystem.IsWindows() ? [name + ".exe", name + ".cmd"] : [name];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(file => Path.Combine(folder, file)))
            .FirstOrDefault(File.Exists)
            ?? throw new AzuriteUnavailable($"'{name}' is not on the PATH; install Node 20 or later (with npm) to use queues and blobs on this machine.");
    }

    /// <summary>Runs <c>npm ci</c> in <paramref name="directory"/> unless what it would install is already there.</summary>
    /// <exception cref="AzuriteUnavailable">The installation failed; the message ends with what npm said.</exception>
    public static async Task InstallAsync(string directory, CancellationToken cancellationToken)
    {
        var pinned = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(directory, "package-lock.json"), cancellationToken)));
        var stamp = Path.Combine(directory, "obj", "installed");
        if (IsInstalled())
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(stamp)!);
        await using var mutex = await LockAsync(Path.Combine(directory, "obj", "install.lock"), cancellationToken);
        if (IsInstalled())
        {
            return;
        }

        var (exitCode, output) = await RunAsync(FindTool("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict=false"], directory, cancellationToken);
        if (exitCode != 0)
        {
            throw new AzuriteUnavailable($"'npm ci' in {directory} ended with code {exitCode}; it needs a package registry the first time.{Environment.NewLine}{output}");
        }

        await File.WriteAllTextAsync(stamp, pinned, cancellationToken);

        bool IsInstalled() => File.Exists(stamp) && File.ReadAllText(stamp) == pinned && Directory.Exists(Path.Combine(directory, "node_modules", "azurite"));
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another process is installing; it is bounded by InstallLimit and its lock ends with it.
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string file, string[] arguments, string directory, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(InstallLimit);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AzuriteUnavailable($"'{file} ci' in {directory} did not end within {InstallLimit.TotalMinutes} minutes; check that a package registry can be reached.");
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
