namespace TrustedServe.Cli.Commands.Attest;

/// <summary>One check.</summary>
/// <param name="Passed">It passed.</param>
/// <param name="Name">What was checked.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Waived">It does not hold, and an insecure option let it pass.</param>
internal sealed record CheckRow(bool Passed, string Name, string Expected, string Seen, bool Waived = false);
