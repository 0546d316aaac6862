namespace TrustedServe.Functions.Health;

/// <summary>Marks connections that came in on the listener for health and metrics.</summary>
internal sealed class HealthListener
{
    /// <summary>The mark.</summary>
    public static readonly HealthListener Mark = new();
}
