using TrustedServe.Packaging.Manifests;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Lanes;

public sealed class LaneLimitsTests
{
    [Fact]
    public void SilentManifest_GivesTheMeasuredDefaults() => Assert.Equal(new BatchLimits(), Of(null));

    [Theory]
    [InlineData(false, null, "All")]
    [InlineData(true, null, "SameCaller")]
    [InlineData(true, true, "All")]
    [InlineData(true, false, "None")]
    [InlineData(false, false, "None")]
    public void GraphThatQuantizesAsItComputes_MergesWhatOneCallerSent_UnlessTheManifestSaysOtherwise(bool sharesScales, bool? merge, string merging) =>
        Assert.Equal(merging, $"{Of(merge is null ? null : new BatchingSpec { Merge = merge }, sharesScales).Merging}");

    [Fact]
    public void WhatTheManifestStates_Holds() => Assert.Equal(
        new BatchLimits { Rows = 4, Tokens = 64, Delay = TimeSpan.FromMilliseconds(3) },
        Of(new BatchingSpec { MaxRows = 4, MaxTokens = 64, DelayMilliseconds = 3 }));

    private static BatchLimits Of(BatchingSpec? batching, bool sharesScales = false) => LaneLimits.Of(
        new UnsealedModel("/nowhere", SampleModels.LangidManifest() with { Batching = batching }, new string('0', 64), "insecure-simulated") { AttestedSince = 0, SharesScales = sharesScales });
}
