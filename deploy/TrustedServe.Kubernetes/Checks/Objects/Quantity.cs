using System.Globalization;

namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>Quantities as Kubernetes writes them: <c>500m</c>, <c>64Gi</c>, <c>1e3</c>.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("n", 1e-9m), ("u", 1e-6m), ("m", 1e-3m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    /// <summary>The value; null when there is none, or it is no quantity.</summary>
    public static decimal? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var (suffix, factor) = Suffixes.FirstOrDefault(candidate => text.EndsWith(candidate.Suffix, StringComparison.Ordinal), (Suffix: "", Factor: 1m));
        try
        {
            return decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number * factor : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The value of a node.</summary>
    public static decimal? Of(ManifestNode node) => Parse(node.Text);

    /// <summary>Bytes for people.</summary>
    public static string Mebibytes(decimal bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes / (1 << 20), 1):0.#} MiB");

    /// <summary>A number of CPUs for people.</summary>
    public static string Cpus(decimal cpus) => cpus.ToString("0.###", CultureInfo.InvariantCulture);
}
