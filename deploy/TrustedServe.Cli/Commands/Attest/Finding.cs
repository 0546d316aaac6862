namespace TrustedServe.Cli.Commands.Attest;

/// <summary>The one thing that stands against evidence.</summary>
/// <param name="What">The step, the policy's rule, or the document.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Advice">What to make of it.</param>
internal sealed record Finding(string What, string Expected, string Seen, Advice Advice);
