namespace TrustedServe.Benchmarks;

/// <summary>Interleaved rounds of sealing and unsealing, and of the least work that could be done.</summary>
/// <param name="Bytes">Of the plaintext.</param>
/// <param name="Floor">Decrypting and writing.</param>
/// <param name="FloorAndDigests">The same, and SHA-256 of the plaintext.</param>
/// <param name="Unseal">Unsealing, every digest checked.</param>
/// <param name="Seal">Sealing.</param>
internal sealed record SealingRounds(
    long Bytes, IReadOnlyList<SealingCost> Floor, IReadOnlyList<SealingCost> FloorAndDigests, IReadOnlyList<SealingCost> Unseal, IReadOnlyList<SealingCost> Seal)
{
    /// <summary>Floor ÷ something, round by round: 1 is as fast as can be.</summary>
    public IReadOnlyList<double> Shares(IReadOnlyList<SealingCost> costs, Func<SealingCost, double> of) => [.. Floor.Zip(costs, (first, other) => of(first) / of(other))];
}
