namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>A value that a register may have.</summary>
/// <param name="Hex">96 lower-case hex digits.</param>
/// <param name="Origin">The initdata document whose digest it is; null when the policy states the value itself.</param>
public sealed record AllowedValue(string Hex, string? Origin = null)
{
    /// <inheritdoc/>
    public override string ToString() => Origin is null ? Hex : $"{Hex} ({Origin})";
}
