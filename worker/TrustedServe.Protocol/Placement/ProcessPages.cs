using System.Globalization;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>On which nodes the memory lies that a process has of its own, such as weights in the order that kernels read them.</summary>
public static class ProcessPages
{
    private const string NumaMaps = "proc/self/numa_maps";

    // A process has some thousands of mappings; more than this is not looked at.
    private const int MostLines = 1 << 20;
    private const long SmallestPage = 4;

    /// <summary>
    /// Reads <c>/proc/self/numa_maps</c> (numa(7)): for each mapping <c>N0=12 N1=3</c>, pages by node, of <c>kernelpagesize_kB</c>. Mappings of
    /// files are left out.
    /// </summary>
    /// <param name="root">The directory that stands for <c>/</c>.</param>
    /// <returns>Pages of 4 KiB by node; not offered on a kernel that does not say.</returns>
    public static PageNodes Own(string root = "/")
    {
        var byNode = new Dictionary<int, int>();
        try
        {
            foreach (var line in File.ReadLines(Path.Combine(root, NumaMaps)).Take(MostLines))
            {
                Add(line, byNode);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var answer = exception is IOException ? SystemCallResult.NotOffered : SystemCallResult.NotPermitted;
            return new PageNodes(answer, 0, 0, new Dictionary<int, int>());
        }

        var all = (int)Math.Min(int.MaxValue, byNode.Values.Sum(pages => (long)pages));
        return new PageNodes(SystemCallResult.Ok, all, 0, byNode.OrderBy(pair => pair.Key).ToDictionary());
    }

    private static void Add(string line, Dictionary<int, int> byNode)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (Array.Exists(words, word => word.StartsWith("file=", StringComparison.Ordinal)))
        {
            return;
        }

        var size = Array.Find(words, word => word.StartsWith("kernelpagesize_kB=", StringComparison.Ordinal)) is { } stated ? Number(stated) : SmallestPage;
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (word[0] == 'N' && equals > 1 && int.TryParse(word.AsSpan(1, equals - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var node) && node < CpuList.Limit)
            {
                byNode[node] = (int)Math.Min(int.MaxValue, byNode.GetValueOrDefault(node) + (Number(word) * Math.Max(1, size / SmallestPage)));
            }
        }
    }

    // What lies behind the sign, bounded so that no product overflows; 0 for what is no number.
    private static long Number(string word) =>
        int.TryParse(word.AsSpan(word.IndexOf('=', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
