using System.Diagnostics;
using System.Runtime.InteropServices;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Supervision;

/// <summary>Finds the worker program and says how it is started.</summary>
internal static class WorkerProgram
{
    private const string AssemblyFile = "TrustedServe.Worker.dll";

    // What a worker needs of the environment: where the runtime and its files are, which mode was asked for, how memory is
    // limited, and what a workload identity stands in. Nothing else, and above all nothing that loads code into it.
    private static readonly string[] Inherited =
    [
        "PATH", "HOME", "TMPDIR", "LANG", "TZ", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "DOTNET_ROOT", "DOTNET_TieredPGO", "DOTNET_GCHeapHardLimit", "DOTNET_GCHeapHardLimitPercent", "DOTNET_PROCESSOR_COUNT",
        Attestation.Modes.TrustModes.StrictVariable,
        "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST",
    ];

    // A call of the engine makes hundreds of small pieces and frees them all. Of each size a thread keeps seven for itself unless
    // told otherwise; the others take the long way through the heap. A C library that is not glibc does not know the name.
    private const string Allocator = "glibc.malloc.tcache_count=127";

    /// <summary>The program to start: the configured one, the one beside the front end, or the one built in the same clone.</summary>
    /// <exception cref="TsfException">TSF0008 when there is none.</exception>
    public static string Find(string? configured)
    {
        var candidates = configured is not null ? [configured] : Candidates().ToArray();
        return Array.Find(candidates, File.Exists)
            ?? throw TsfErrors.FileUnreadable.With($"The worker program is not there: {string.Join(", ", candidates)}. TrustedServe:Worker:Executable names another.");
    }

    /// <summary>How the program is started: standard streams taken, environment cleaned, nothing on the command line.</summary>
    public static ProcessStartInfo StartInfo(string program)
    {
        var start = new ProcessStartInfo
        {
            FileName = program,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            start.FileName = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
            start.ArgumentList.Add(program);
        }

        var inherited = Inherited.Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in inherited)
        {
            if (value is not null)
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["GLIBC_TUNABLES"] = Allocator;
        return start;
    }

    private static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, AssemblyFile);

        // In the image each program has a folder of its own, with the runtime in it.
        yield return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "worker", Path.GetFileNameWithoutExtension(AssemblyFile)));

        // Published, each project into a folder of its name.
        yield return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", Path.GetFileNameWithoutExtension(AssemblyFile), AssemblyFile));

        // bin/{configuration}/{framework} of this project; the worker's own has the same two names.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        for (var directory = framework; directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "TrustedServe.Functions.sln")))
            {
                yield return Path.Combine(directory.FullName, "worker", "TrustedServe.Worker", "bin", framework.Parent!.Name, framework.Name, AssemblyFile);
            }
        }
    }
}
