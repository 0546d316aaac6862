using System.Globalization;

namespace TrustedServe.Benchmarks.Serving;

/// <summary>
/// What a worker costs: its own pages, and the memory-backed files under its directory or mapped into it, whichever are more (a
/// file that is written but not mapped belongs to no process; one that is mapped may have no name any more).
/// </summary>
internal static class ProcessMemory
{
    /// <summary>Bytes at this moment; 0 when the process is gone and nothing lies in the directory.</summary>
    public static long Of(int process, string weightsDirectory)
    {
        var (own, mapped) = Status(process);
        return own + Math.Max(mapped, Files(weightsDirectory));
    }

    /// <summary>The bytes of the files under a directory; what is unsealed is written without holes.</summary>
    public static long Files(string directory)
    {
        try
        {
            return new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // It is being removed at this moment.
            return 0;
        }
    }

    /// <summary>The largest <see cref="Of"/> until it is stopped, looked at every few milliseconds.</summary>
    public static async Task<long> WatchPeakAsync(int process, string weightsDirectory, CancellationToken stop)
    {
        long peak = 0;
        while (!stop.IsCancellationRequested)
        {
            peak = Math.Max(peak, Of(process, weightsDirectory));
            await Task.Delay(10, CancellationToken.None);
        }

        return peak;
    }

    private static (long Own, long Mapped) Status(int process)
    {
        try
        {
            var values = File.ReadLines($"/proc/{process}/status")
                .Select(line => line.Split([':', '\t', ' '], StringSplitOptions.RemoveEmptyEntries))
                .Where(parts => parts is ["RssAnon" or "RssFile" or "RssShmem", _, "kB"])
                .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture) << 10);
            return (values.GetValueOrDefault("RssAnon") + values.GetValueOrDefault("RssFile"), values.GetValueOrDefault("RssShmem"));
        }
        catch (IOException)
        {
            return (0, 0);
        }
    }
}
