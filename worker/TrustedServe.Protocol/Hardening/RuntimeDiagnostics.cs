using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Hardening;

/// <summary>
/// The runtime's own back doors: diagnostic socket, debugger pipes, profiler, crash dumps. The runtime reads their switch from
/// the environment alone and before any managed code runs (a property of the same name in runtimeconfig.json changes
/// nothing), so a process that finds them open starts its program again with them shut.
/// </summary>
public static class RuntimeDiagnostics
{
    /// <summary>The environment variable that must be <c>0</c>.</summary>
    public const string Variable = "DOTNET_EnableDiagnostics";

    // The older prefix is read as well; what it says would otherwise decide where the newer one is absent.
    private static readonly string[] Prefixes = ["DOTNET_", "COMPlus_"];
    private static readonly string[] Openings =
    [
        "EnableDiagnostics_IPC", "EnableDiagnostics_Debugger", "EnableDiagnostics_Profiler", "DiagnosticPorts",
        "DbgEnableMiniDump", "DbgMiniDumpName", "DbgMiniDumpType", "EnableEventPipe",
    ];

    /// <summary>Whether the switch was off when the process started, nothing opens dumps, and no socket or pipe of this process exists.</summary>
    public static bool AreOff() =>
        Environment.GetEnvironmentVariable(Variable) == "0"
        && !Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(IsOpening)
        && !Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*").Any()
        && !Directory.EnumerateFiles(Path.GetTempPath(), $"clr-debug-pipe-{Environment.ProcessId}-*").Any();

    /// <summary>
    /// Goes on when diagnostics are off; otherwise replaces the process by the same program with them off: same process id,
    /// same standard streams. To be called before anything is read from standard input.
    /// </summary>
    /// <exception cref="TsfException">TSF0005 when the program cannot be started again.</exception>
    public static void EnsureOff()
    {
        if (Environment.GetEnvironmentVariable(Variable) == "0" && !Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(IsOpening))
        {
            return;
        }

        RemoveOwnFiles();
        var arguments = File.ReadAllBytes("/proc/self/cmdline").AsSpan().TrimEnd((byte)0);
        var environment = new MemoryStream();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            if (!IsOpening(name) && !Prefixes.Any(prefix => name == prefix + "EnableDiagnostics"))
            {
                environment.Write(Encoding.UTF8.GetBytes($"{name}={entry.Value}\0"));
            }
        }

        environment.Write(Encoding.UTF8.GetBytes($"{Variable}=0"));
        Replace(Environment.ProcessPath!, arguments, environment.ToArray());
        throw TsfErrors.UnprotectedMemory.With($"The program cannot be started again without diagnostics: execve gave error {Marshal.GetLastPInvokeError()}. Set {Variable}=0 in its environment.");
    }

    private static bool IsOpening(string name) =>
        Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal) && Openings.Contains(name[prefix.Length..]))
        || name is "CORECLR_ENABLE_PROFILING" or "COR_ENABLE_PROFILING";

    // The process id stays, so the files of the runtime that ends here would pass for those of the next one.
    private static void RemoveOwnFiles()
    {
        foreach (var pattern in new[] { "dotnet-diagnostic", "clr-debug-pipe" })
        {
            foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), $"{pattern}-{Environment.ProcessId}-*"))
            {
                File.Delete(file);
            }
        }
    }

    private static unsafe void Replace(string path, ReadOnlySpan<byte> arguments, ReadOnlySpan<byte> environment)
    {
        fixed (byte* argumentBytes = Terminated(arguments), environmentBytes = Terminated(environment))
        fixed (byte** argumentPointers = new byte*[arguments.Count((byte)0) + 2], environmentPointers = new byte*[environment.Count((byte)0) + 2])
        {
            Point(argumentBytes, arguments, argumentPointers);
            Point(environmentBytes, environment, environmentPointers);
            LibC.Execute(path, argumentPointers, environmentPointers);
        }
    }

    private static byte[] Terminated(ReadOnlySpan<byte> strings) => [.. strings, 0];

    private static unsafe void Point(byte* bytes, ReadOnlySpan<byte> strings, byte** pointers)
    {
        *pointers++ = bytes;
        for (var i = 0; i < strings.Length; i++)
        {
            if (strings[i] == 0)
            {
                *pointers++ = bytes + i + 1;
            }
        }

        *pointers = null;
    }
}
