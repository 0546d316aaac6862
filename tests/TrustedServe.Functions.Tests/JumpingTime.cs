namespace TrustedServe.Functions.Tests;

/// <summary>The system's clock, whose wall time somebody sets; time that passes does so as ever.</summary>
internal sealed class JumpingTime : TimeProvider
{
    /// <summary>How far the wall time is off.</summary>
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
