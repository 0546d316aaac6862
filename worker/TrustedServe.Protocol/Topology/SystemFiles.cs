using System.Globalization;
using System.Text;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Protocol.Topology;

/// <summary>Reads the small files of sysfs, procfs and cgroupfs under a root; what cannot be read has no text.</summary>
/// <param name="root">The directory that stands for <c>/</c>.</param>
/// <param name="copies">Where a copy of each file that is read is written, under the same path; null for no copies.</param>
internal sealed class SystemFiles(string root, string? copies = null)
{
    /// <summary>Sysfs gives a page, a list of cores somewhat more; /proc/cpuinfo says what counts at its beginning.</summary>
    private const int MaxBytes = 64 << 10;

    // More than a kernel has cores or nodes; what a directory holds beyond is not looked at.
    private const int MaxEntries = CpuList.Limit * 2;

    /// <summary>The beginning of a file as text; null when there is none.</summary>
    public string? Text(string path)
    {
        var full = Path.Combine(root, path);
        ReadOnlyMemory<byte> read;
        try
        {
            // A pipe would keep the reader waiting for a writer.
            if (FileKinds.IsSpecial(full))
            {
                return null;
            }

            using var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var buffer = new byte[MaxBytes];
            read = buffer.AsMemory(0, file.ReadAtLeast(buffer, MaxBytes, throwOnEndOfStream: false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (copies is not null)
        {
            var copy = Path.Combine(copies, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, read.Span);
        }

        return Encoding.UTF8.GetString(read.Span);
    }

    /// <summary>A list of cores or nodes; null when the file is missing or holds none.</summary>
    public IReadOnlyList<int>? List(string path) => Text(path) is { } text ? CpuList.Parse(text) : null;

    /// <summary>A number; null when the file is missing or holds none.</summary>
    public int? Number(string path) => int.TryParse(Text(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The numbers behind a prefix in the names of a directory's entries, ascending.</summary>
    public IReadOnlyList<int> Numbered(string path, string prefix, int limit)
    {
        try
        {
            var numbers = new List<int>();
            foreach (var entry in Directory.EnumerateFileSystemEntries(Path.Combine(root, path)).Take(MaxEntries))
            {
                var name = Path.GetFileName(entry);
                if (name.StartsWith(prefix, StringComparison.Ordinal)
                    && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number < limit && !numbers.Contains(number))
                {
                    numbers.Add(number);
                }
            }

            numbers.Sort();
            return numbers;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
