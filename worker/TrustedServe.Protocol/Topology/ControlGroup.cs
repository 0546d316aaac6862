using System.Globalization;

namespace TrustedServe.Protocol.Topology;

/// <summary>What the process's control group (version 2) allows.</summary>
/// <param name="Cores">Cores of the cpuset; null when none is set.</param>
/// <param name="MemoryNodes">Nodes of the cpuset; null when none is set.</param>
/// <param name="CpuQuota">Processor time in cores, the least of the group and all above it; null for no limit.</param>
internal sealed record ControlGroup(IReadOnlyList<int>? Cores, IReadOnlyList<int>? MemoryNodes, double? CpuQuota)
{
    // Deeper than anything nests; a longer path is cut off at the root's side of it.
    private const int MaxDepth = 64;

    // Where the unified hierarchy is mounted: alone, or beside those of version 1.
    private static readonly string[] Mounts = ["sys/fs/cgroup", "sys/fs/cgroup/unified"];

    /// <summary>Reads the group of the process that <c>/proc/self</c> is.</summary>
    public static ControlGroup Read(SystemFiles files)
    {
        IReadOnlyList<int>? cores = null, nodes = null;
        double? quota = null;
        foreach (var folder in Folders(OwnPath(files)))
        {
            // A group without a controller has no file of it: then the next above decides.
            cores ??= NotEmpty(files.List($"{folder}/cpuset.cpus.effective"));
            nodes ??= NotEmpty(files.List($"{folder}/cpuset.mems.effective"));
            if (Quota(files.Text($"{folder}/cpu.max")) is { } own)
            {
                quota = Math.Min(quota ?? own, own);
            }
        }

        return new ControlGroup(cores, nodes, quota);
    }

    /// <summary><c>max 100000</c> or <c>quota period</c>, both in microseconds.</summary>
    internal static double? Quota(string? text)
    {
        var parts = text?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var quota) && quota > 0
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var period) && period > 0
            ? (double)quota / period : null;
    }

    // The line of the unified hierarchy has the number 0 and names no controller.
    private static string[] OwnPath(SystemFiles files)
    {
        var line = files.Text("proc/self/cgroup")?.Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal));
        var parts = line?["0::/".Length..].Trim().Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];

        // Seen from inside another namespace the path climbs out of the mount: then its root is all that can be seen.
        return parts.Length > MaxDepth || parts.Any(part => part is "." or ".." || part.Contains('\0')) ? [] : parts;
    }

    private static IEnumerable<string> Folders(string[] path)
    {
        for (var depth = path.Length; depth >= 0; depth--)
        {
            foreach (var mount in Mounts)
            {
                yield return string.Join('/', path.Take(depth).Prepend(mount));
            }
        }
    }

    private static IReadOnlyList<int>? NotEmpty(IReadOnlyList<int>? list) => list is { Count: > 0 } ? list : null;
}
