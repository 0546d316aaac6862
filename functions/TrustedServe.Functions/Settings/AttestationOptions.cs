namespace TrustedServe.Functions.Settings;

/// <summary>What the front end publishes of its own evidence.</summary>
internal sealed record AttestationOptions
{
    /// <summary>
    /// A bundle of collateral that travels with the evidence; null (the default) for none. It decides no trust: its signatures are
    /// checked by who verifies.
    /// </summary>
    public string? CollateralFile { get; init; }
}
