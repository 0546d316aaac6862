using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Sessions;

public sealed class SessionKindsTests
{
    [Theory]
    [InlineData(WeightsMode.Auto, SessionKinds.SmallestToChange, 1, "Mapped", "Prepacked")]
    [InlineData(WeightsMode.Auto, SessionKinds.SmallestToChange - 1, 1, "Prepacked", "Prepacked")]
    [InlineData(WeightsMode.Auto, 1, 2, "Mapped", "Mapped")]
    [InlineData(WeightsMode.Auto, SessionKinds.SmallestToChange, 2, "Mapped", "Mapped")]
    [InlineData(WeightsMode.Mapped, 1, 1, "Mapped", "Mapped")]
    [InlineData(WeightsMode.Prepacked, SessionKinds.SmallestToChange, 2, "Prepacked", "Prepacked")]
    public void Decide_LooksAtModeSizeAndWidth(WeightsMode mode, long weights, int width, string first, string last)
    {
        var manifest = SampleModels.TensorManifest([], []) with
        {
            Files = [new FileEntry("model.onnx", long.MaxValue / 2, string.Empty), new FileEntry("weights.bin", weights, string.Empty)],
        };
        var kinds = SessionKinds.Decide(mode, manifest, width);
        Assert.Equal((first, last), ($"{kinds.First}", $"{kinds.Last}"));
        Assert.Equal(first != last, kinds.Change);
    }
}
