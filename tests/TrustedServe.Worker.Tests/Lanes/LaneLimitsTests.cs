using TrustedServe.Packaging.Manifests;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Lanes;

public sealed class LaneLimitsTests
{
    [Fact]
    public void SilentManifest_GivesTheMeasuredDefaults() => Assert.Equal(new BatchLimits(), LaneLimits.Of(SampleModels.LangidManifest()));

    [Fact]
    public void ModelThatQuantizesAsItComputes_MergesWhatOneCallerSent_UnlessItsManifestSaysOtherwise()
    {
        var quantized = SampleModels.LangidManifest() with { Precision = "int8" };
        Assert.Equal(Merging.SameCaller, LaneLimits.Of(quantized).Merging);
        Assert.Equal(Merging.All, LaneLimits.Of(quantized with { Batching = new BatchingSpec { Merge = true } }).Merging);
        Assert.Equal(Merging.None, LaneLimits.Of(quantized with { Batching = new BatchingSpec { Merge = false } }).Merging);
        Assert.Equal(Merging.None, LaneLimits.Of(SampleModels.LangidManifest() with { Batching = new BatchingSpec { Merge = false } }).Merging);
    }

    [Fact]
    public void WhatTheManifestStates_Holds() => Assert.Equal(
        new BatchLimits { Rows = 4, Tokens = 64, Delay = TimeSpan.FromMilliseconds(3) },
        LaneLimits.Of(SampleModels.LangidManifest() with { Batching = new BatchingSpec { MaxRows = 4, MaxTokens = 64, DelayMilliseconds = 3 } }));
}
