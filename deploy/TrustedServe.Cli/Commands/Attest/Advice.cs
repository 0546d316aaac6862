namespace TrustedServe.Cli.Commands.Attest;

/// <summary>What a refusal means and the one thing that mends it.</summary>
/// <param name="Meaning">What it means.</param>
/// <param name="Who">Who can change it.</param>
/// <param name="Change">The change.</param>
internal sealed record Advice(string Meaning, string Who, string Change);
