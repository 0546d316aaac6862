using System.IO.MemoryMappedFiles;

namespace TrustedServe.Protocol.Placement;

/// <summary>On which nodes a range of memory lies, by a sample of its pages. Nothing is moved.</summary>
/// <param name="Result">The kernel's answer; without one the counts are empty.</param>
/// <param name="Asked">Pages that were asked about.</param>
/// <param name="Absent">Those of them that no memory stands behind yet, or that the kernel does not tell about.</param>
/// <param name="ByNode">Pages by node.</param>
public sealed record PageNodes(SystemCallResult Result, int Asked, int Absent, IReadOnlyDictionary<int, int> ByNode)
{
    // Enough to see a tenth of a percent; few enough that a file of many gigabytes is asked about at once.
    private const int MostPages = 1024;

    /// <summary>Asks about memory of this process.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="calls">The kernel; null for the real one.</param>
    public static PageNodes Query(nint address, long length, ISystemCalls? calls = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var pages = Sample(address, length);
        var nodes = new int[pages.Length];
        var result = pages.Length == 0 ? SystemCallResult.Ok : (calls ?? LinuxSystemCalls.Instance).QueryPages(pages, nodes);
        if (!result.Succeeded)
        {
            return new PageNodes(result, pages.Length, 0, new Dictionary<int, int>());
        }

        Array.Sort(nodes);
        var byNode = new Dictionary<int, int>();
        var absent = 0;
        foreach (var node in nodes)
        {
            if (node < 0)
            {
                absent++;
            }
            else
            {
                byNode[node] = byNode.GetValueOrDefault(node) + 1;
            }
        }

        return new PageNodes(result, pages.Length, absent, byNode);
    }

    /// <summary>Asks about a file's pages by mapping it: a file of a memory-backed file system lies where its first writer put it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="calls">The kernel; null for the real one.</param>
    /// <exception cref="IOException">It cannot be mapped.</exception>
    public static unsafe PageNodes OfFile(string path, ISystemCalls? calls = null)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length == 0)
        {
            return Query(0, 0, calls);
        }

        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        using var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        var handle = view.SafeMemoryMappedViewHandle;
        byte* start = null;
        handle.AcquirePointer(ref start);
        try
        {
            // The kernel knows pages that this process has touched; a read maps one without moving it.
            foreach (var page in Sample((nint)start, file.Length))
            {
                Volatile.Read(ref *(byte*)page);
            }

            return Query((nint)start, file.Length, calls);
        }
        finally
        {
            handle.ReleasePointer();
        }
    }

    /// <summary>The nodes with the share of pages on each, such as <c>node 0: 100 %</c>; or why it is not known.</summary>
    public override string ToString() => !Result.Succeeded ? $"not known ({Result})"
        : ByNode.Count == 0 ? "no pages"
        : string.Join(", ", ByNode.Select(pair => $"node {pair.Key}: {100L * pair.Value / Math.Max(1, Asked - Absent)} %"));

    private static nint[] Sample(nint address, long length)
    {
        var pageSize = Environment.SystemPageSize;
        var first = address & ~(nint)(pageSize - 1);
        var pages = length == 0 ? 0 : ((long)address + length - 1 - first) / pageSize + 1;
        var count = (int)Math.Min(pages, MostPages);
        var sample = new nint[count];
        for (var index = 0; index < count; index++)
        {
            sample[index] = first + (nint)(pages * index / count * pageSize);
        }

        return sample;
    }
}
