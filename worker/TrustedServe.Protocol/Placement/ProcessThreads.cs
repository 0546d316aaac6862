using System.Globalization;

namespace TrustedServe.Protocol.Placement;

/// <summary>The threads of this process, those of native libraries included.</summary>
public static class ProcessThreads
{
    // A millisecond apart.
    private const int Looks = 100;

    /// <summary>The kernel's numbers of all threads at this moment; empty without <c>/proc</c>.</summary>
    public static IReadOnlySet<int> Now()
    {
        try
        {
            return Directory.GetDirectories("/proc/self/task").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).ToHashSet();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new HashSet<int>();
        }
    }

    /// <summary>The cores to which threads are bound that were not there before, each to one alone.</summary>
    /// <param name="before">The threads that were there.</param>
    /// <param name="wanted">How many such threads are expected; they bind themselves, which may take them a moment.</param>
    /// <param name="calls">The kernel; null for the real one.</param>
    /// <returns>The cores, ascending; fewer than wanted when they are not bound.</returns>
    public static IReadOnlyList<int> BoundSince(IReadOnlySet<int> before, int wanted, ISystemCalls? calls = null)
    {
        ArgumentNullException.ThrowIfNull(before);
        calls ??= LinuxSystemCalls.Instance;
        for (var look = 0; ; look++)
        {
            var cores = new SortedSet<int>();
            foreach (var thread in Now().Where(thread => !before.Contains(thread)))
            {
                if (calls.GetAffinity(thread, out var allowed).Succeeded && allowed.Count == 1)
                {
                    cores.Add(allowed[0]);
                }
            }

            if (cores.Count >= wanted || look == Looks)
            {
                return [.. cores];
            }

            Thread.Sleep(1);
        }
    }
}
