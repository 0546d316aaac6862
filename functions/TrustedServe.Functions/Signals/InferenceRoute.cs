namespace TrustedServe.Functions.Signals;

/// <summary>Marks routes whose requests are work for a model, which scaling counts.</summary>
internal sealed class InferenceRoute
{
    /// <summary>The mark.</summary>
    public static readonly InferenceRoute Mark = new();
}
