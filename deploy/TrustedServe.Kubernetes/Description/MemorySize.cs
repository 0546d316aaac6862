using System.Globalization;

namespace TrustedServe.Kubernetes.Description;

/// <summary>A size of memory in whole MiB, as guests are sized; written <c>512Mi</c> or <c>64Gi</c>.</summary>
/// <param name="MiB">Mebibytes.</param>
public readonly record struct MemorySize(long MiB)
{
    /// <summary>The largest that is read: 64 TiB.</summary>
    public const long LargestMiB = 64L << 20;

    /// <summary>The size in bytes.</summary>
    public long Bytes => MiB << 20;

    /// <summary>Reads <c>512Mi</c> or <c>64Gi</c>; null for anything else.</summary>
    public static MemorySize? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var factor = text.EndsWith("Mi", StringComparison.Ordinal) ? 1L : text.EndsWith("Gi", StringComparison.Ordinal) ? 1024L : 0;
        return factor > 0
            && int.TryParse(text.AsSpan(0, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0 && number * factor <= LargestMiB
                ? new MemorySize(number * factor)
                : null;
    }

    /// <summary>As Kubernetes writes it: in Gi where that is whole.</summary>
    public override string ToString() =>
        MiB % 1024 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{MiB / 1024}Gi") : string.Create(CultureInfo.InvariantCulture, $"{MiB}Mi");
}
