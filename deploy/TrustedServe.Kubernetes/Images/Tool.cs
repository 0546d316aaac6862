using System.ComponentModel;
using System.Diagnostics;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Images;

/// <summary>Runs a program of the machine to its end.</summary>
internal static class Tool
{
    private const int ShownCharacters = 2_000;

    /// <summary>Runs it.</summary>
    /// <returns>What it printed to standard output.</returns>
    /// <exception cref="TsfException">TSF0009 when it is not installed, TSF7060 with its last words when it fails.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string directory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";

        // A build server of one build must not stay behind, nor hold folders that are deleted at the end.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var said = (await output) + (await errors);
        return process.ExitCode == 0
            ? await output
            : throw TsfErrors.ImageToolFailed.With($"{program} {start.ArgumentList[0]} ended with {process.ExitCode}: {said[Math.Max(0, said.Length - ShownCharacters)..].Trim()}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw TsfErrors.MissingTool.With($"{start.FileName} cannot be started: {exception.Message}", exception);
        }
    }
}
