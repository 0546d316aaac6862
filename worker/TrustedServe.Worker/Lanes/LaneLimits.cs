using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Worker.Lanes;

/// <summary>How far a model's runs go: by its manifest, and where that is silent by what was measured (SCHEDULING.md).</summary>
internal static class LaneLimits
{
    private const string QuantizedPrecision = "int8";

    /// <summary>The limits of a model.</summary>
    public static BatchLimits Of(Manifest manifest)
    {
        var limits = new BatchLimits();
        var stated = manifest.Batching;

        // 8. A graph that quantizes as it computes takes one scale from all rows of a run: a caller's answer would depend on
        //    what others sent.
        var merging = stated?.Merge switch
        {
            true => Merging.All,
            false => Merging.None,
            null when manifest.Precision.Contains(QuantizedPrecision, StringComparison.OrdinalIgnoreCase) => Merging.SameCaller,
            null => Merging.All,
        };
        return limits with
        {
            Rows = stated?.MaxRows ?? limits.Rows,
            Tokens = stated?.MaxTokens ?? limits.Tokens,
            Delay = TimeSpan.FromMilliseconds(stated?.DelayMilliseconds ?? 0),
            Merging = merging,
        };
    }
}
