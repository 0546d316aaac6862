namespace TrustedServe.Protocol.Placement;

/// <summary>Keeps all threads of this process on cores: those that run, and so those that they start.</summary>
/// <remarks>To be called before threads place themselves: it places every thread.</remarks>
public static class ProcessPlacement
{
    // A thread may start another while the list is read; the newcomer is found in the next round, or inherits.
    private const int Rounds = 3;

    /// <summary>Pins every thread.</summary>
    /// <param name="cores">The cores; empty to change nothing.</param>
    /// <param name="calls">The kernel; null for the real one.</param>
    /// <returns>The first refusal, or success; and where the calling thread may run afterwards.</returns>
    public static AppliedPlacement Apply(IReadOnlyList<int> cores, ISystemCalls? calls = null)
    {
        ArgumentNullException.ThrowIfNull(cores);
        calls ??= LinuxSystemCalls.Instance;
        var result = SystemCallResult.Ok;
        var seen = new HashSet<int>();
        for (var round = 0; round < Rounds && cores.Count > 0 && result.Succeeded; round++)
        {
            foreach (var thread in Threads().Where(seen.Add))
            {
                // One that has ended meanwhile needs no place.
                if (calls.SetAffinity(thread, cores) is { Succeeded: false } refusal && refusal != SystemCallResult.NoSuchThread)
                {
                    result = refusal;
                    break;
                }
            }
        }

        calls.GetAffinity(0, out var actual);
        return new AppliedPlacement(cores, null, result, SystemCallResult.Ok, actual);
    }

    // Without /proc the calling thread at least, and what it starts.
    private static IEnumerable<int> Threads() => ProcessThreads.Now() is { Count: > 0 } threads ? threads : [0];
}
