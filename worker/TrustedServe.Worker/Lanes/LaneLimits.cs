using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Lanes;

/// <summary>How far a model's runs go: by its manifest, and where that is silent by its graph and by what was measured (SCHEDULING.md).</summary>
internal static class LaneLimits
{
    /// <summary>The limits of a model.</summary>
    public static BatchLimits Of(UnsealedModel model)
    {
        var limits = new BatchLimits();
        var stated = model.Manifest.Batching;
        return limits with
        {
            Rows = stated?.MaxRows ?? limits.Rows,
            Tokens = stated?.MaxTokens ?? limits.Tokens,
            Delay = TimeSpan.FromMilliseconds(stated?.DelayMilliseconds ?? 0),

            // 8. By the graph and not by the precision that a manifest gives it: where rows of a run share a scale, a caller's
            //    answer would depend on what others sent.
            Merging = stated?.Merge switch
            {
                true => Merging.All,
                false => Merging.None,
                null => model.SharesScales ? Merging.SameCaller : Merging.All,
            },
        };
    }
}
