using System.Diagnostics;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks;

/// <summary><c>published …</c>: publishes the programs, compiled ahead of time as a deployment has them, and measures with those.</summary>
internal static class PublishedPrograms
{
    // Both sides of every comparison: the plain server and the plain worker are this program's.
    private static readonly (string Folder, string Project)[] Programs =
    [
        ("functions", "TrustedServe.Functions"), ("worker", "TrustedServe.Worker"), ("deploy", "TrustedServe.KeyBroker"),
        ("deploy", "TrustedServe.Cli"), ("tests", "TrustedServe.Benchmarks"),
    ];

    /// <summary>Does so, each program in a folder beside the others, where they find each other.</summary>
    /// <param name="arguments">What to measure.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var folder = Path.Combine(Repository.Root, "tests", "TrustedServe.Benchmarks", "bin", "published");
        foreach (var (parent, project) in Programs)
        {
            await Console.Error.WriteLineAsync($"publishing {project} …");
            var exitCode = await DotnetAsync(
                [
                    "publish", Path.Combine(Repository.Root, parent, project), "--configuration", "Release", "--runtime", "linux-x64", "--self-contained", "false",
                    "--output", Path.Combine(folder, project), "--artifacts-path", Path.Combine(folder, "artifacts"), "--verbosity", "quiet", "-nologo",
                    "-p:PublishReadyToRun=true", "-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false",
                ]);
            if (exitCode != 0)
            {
                return exitCode;
            }
        }

        return await DotnetAsync([Path.Combine(folder, "TrustedServe.Benchmarks", "TrustedServe.Benchmarks.dll"), .. arguments]);
    }

    private static async Task<int> DotnetAsync(string[] arguments)
    {
        using var process = Process.Start("dotnet", arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
