using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

/// <summary>One worker with the digits model for a class of tests.</summary>
public sealed class DigitsFixture : IAsyncLifetime
{
    internal TestWorker Worker { get; private set; } = null!;

    /// <summary>A held-out image of a zero.</summary>
    internal float[] Zero { get; } = SampleModels.DigitsRows().First(row => row.Logits.AsSpan().IndexOf(row.Logits.Max()) == 0).Image;

    public async ValueTask InitializeAsync() => Worker = await TestWorker.DigitsAsync();

    public ValueTask DisposeAsync() => Worker.DisposeAsync();
}
