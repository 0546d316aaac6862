using System.Diagnostics;
using System.Globalization;

namespace TrustedServe.Testing;

/// <summary>What the system knows of processes, and what ends them.</summary>
public static class Processes
{
    /// <summary>Kills a process if it still runs, waits until it is gone, and disposes of it.</summary>
    public static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    /// <summary>Sends a signal by name.</summary>
    public static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>All processes below this one, with their command lines.</summary>
    public static IReadOnlyList<(int Id, string Command)> Descendants(int root)
    {
        var parents = new Dictionary<int, int>();
        var commands = new Dictionary<int, string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var id))
            {
                try
                {
                    var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                    commands[id] = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
                    parents[id] = int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // It ended while we looked.
                }
            }
        }

        var found = new List<(int, string)>();
        var open = new Queue<int>([root]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var (child, _) in parents.Where(pair => pair.Value == parent))
            {
                open.Enqueue(child);
                found.Add((child, commands[child]));
            }
        }

        return found;
    }

    /// <summary>Waits until a process is gone (a zombie counts as gone).</summary>
    public static async Task<bool> IsGoneAsync(int id)
    {
        for (var tries = 0; tries < 1_200; tries++)
        {
            try
            {
                var stat = await File.ReadAllTextAsync($"/proc/{id}/stat");
                if (stat[stat.LastIndexOf(')') + 2] == 'Z')
                {
                    return true;
                }
            }
            catch (IOException)
            {
                return true;
            }

            await Task.Delay(50);
        }

        return false;
    }
}
