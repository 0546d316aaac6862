namespace TrustedServe.BrokerWriter;

/// <summary>A clock that stands still, so that no key grows old during a test.</summary>
public sealed class FrozenTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 6, 15, 0, 0, 0, TimeSpan.Zero);
}
