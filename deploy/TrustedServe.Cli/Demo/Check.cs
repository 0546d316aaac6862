namespace TrustedServe.Cli.Demo;

/// <summary>One thing that the demonstration promised and whether it came true.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Expected">What had to come.</param>
/// <param name="Seen">What came.</param>
/// <param name="Holds">Whether the two agree.</param>
internal sealed record Check(string Name, string Expected, string Seen, bool Holds);
