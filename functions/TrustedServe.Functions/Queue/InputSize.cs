using System.Globalization;

namespace TrustedServe.Functions.Queue;

/// <summary>How large a job's input is.</summary>
/// <param name="Bytes">Of the blob.</param>
/// <param name="Rows">How many rows whoever wrote the blob says that it has; null when nobody does.</param>
internal sealed record InputSize(long Bytes, long? Rows)
{
    /// <summary>Name of the blob's metadata that says how many rows it has. It is believed for estimates alone.</summary>
    public const string RowsKey = "tsfrows";

    /// <summary>A row is at least a byte and a line end, but for the last.</summary>
    private static long MostRows(long bytes) => (bytes / 2) + 1;

    /// <summary>Out of a blob's properties.</summary>
    public static InputSize Of(long bytes, IDictionary<string, string> metadata) => new(
        bytes,
        metadata.TryGetValue(RowsKey, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows <= MostRows(bytes)
            ? rows
            : null);
}
