namespace TrustedServe.Attestation.Tests.Tampering;

/// <summary>A row of the page.</summary>
/// <param name="Section">The title that it stands under.</param>
/// <param name="Name">The row as the reference has it, up to an ellipsis.</param>
/// <param name="Expected">Where it is refused.</param>
/// <param name="Tests">The tests that show it.</param>
internal sealed record TamperingRow(string Section, string Name, string Expected, IReadOnlyList<TamperingTest> Tests)
{
    /// <summary>Whether this is the row that the reference writes so.</summary>
    public bool Is(string name) => Name.EndsWith('…') ? name.StartsWith(Name[..^1], StringComparison.Ordinal) : name == Name;
}
