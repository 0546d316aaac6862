using System.Runtime.InteropServices;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Hardening;

/// <summary>What a process does to itself before it touches a secret.</summary>
/// <remarks>
/// 1. Runtime diagnostics are off (they would let another process of the same user read memory or take a dump).
/// 2. Not dumpable: no core file, no ptrace by others of the same user, <c>/proc/PID/mem</c> closed to them.
/// 3. Core size 0, hard limit too.
/// 4. File mode mask 077.
/// Each is read back; what does not hold ends the start.
/// </remarks>
public static class ProcessHardening
{
    private const uint PrivateMask = 0b000_111_111;

    /// <summary>Carries it out, for the rest of the process's life.</summary>
    /// <returns>What is in force, for the log and the start's steps.</returns>
    /// <exception cref="TsfException">TSF0005 naming what could not be done.</exception>
    public static IReadOnlyDictionary<string, string> Apply()
    {
        // 1. Diagnostics.
        if (!RuntimeDiagnostics.AreOff())
        {
            throw TsfErrors.UnprotectedMemory.With($"The runtime's diagnostics are on: {RuntimeDiagnostics.Variable} must be 0 in the environment before the process starts.");
        }

        // 2. Not dumpable.
        if (LibC.Prctl(LibC.SetDumpable, 0, 0, 0, 0) != 0 || LibC.Prctl(LibC.GetDumpable, 0, 0, 0, 0) != 0)
        {
            throw TsfErrors.UnprotectedMemory.With($"The process stays dumpable: prctl(PR_SET_DUMPABLE) gave error {Marshal.GetLastPInvokeError()}.");
        }

        // 3. Core size.
        if (LibC.SetLimit(LibC.CoreLimit, default) != 0 || LibC.GetLimit(LibC.CoreLimit, out var limit) != 0 || limit.Soft != 0 || limit.Hard != 0)
        {
            throw TsfErrors.UnprotectedMemory.With($"The core size limit is not 0: setrlimit gave error {Marshal.GetLastPInvokeError()}.");
        }

        // 4. Mask; umask itself cannot fail, setting it again tells what it was.
        LibC.Umask(PrivateMask);
        if (LibC.Umask(PrivateMask) != PrivateMask)
        {
            throw TsfErrors.UnprotectedMemory.With("The file mode mask is not 077.");
        }

        return new Dictionary<string, string>
        {
            ["dumpable"] = "no",
            ["core-limit"] = "0",
            ["diagnostics"] = "off",
            ["umask"] = "077",
        };
    }
}
