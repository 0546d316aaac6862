using System.Globalization;
using System.Security.Cryptography;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>
/// Names of report entries: <c>trustedserve-PID-START-RANDOM</c>. Process id and start (in clock ticks since boot) tell whose
/// an entry is, so that a crashed process's are removed and a living one's are not.
/// </summary>
internal static class EntryNames
{
    public const string Prefix = "trustedserve-";

    private static readonly string Own = $"{Prefix}{Environment.ProcessId}-{StartOf(Environment.ProcessId) ?? 0}-";

    /// <summary>A name that nothing else uses.</summary>
    public static string Create() => Own + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The name is one of ours, and the process that made the entry has ended.</summary>
    public static bool IsLeftover(string name)
    {
        var parts = name.Split('-');
        return parts.Length == 4
            && name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && ulong.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            && StartOf(process) is var now
            && now != start;
    }

    /// <summary>Field 22 of /proc/PID/stat; the command in field 2 may hold spaces and brackets, so fields are counted after its end.</summary>
    private static ulong? StartOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return ulong.Parse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
