using System.Text.RegularExpressions;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tampering;

/// <summary>The page of tampered evidence is complete, and what it names is there.</summary>
public sealed partial class TamperingPageTests
{
    private const string Absent = "The reference list of tampered evidence is not beside this clone.";

    private static readonly TamperingPage Page = TamperingPage.Read();

    [Fact]
    public void Every_row_names_a_test_of_a_project_that_checks_its_names()
    {
        Assert.InRange(Page.Rows.Count, 100, 1000);
        Assert.All(Page.Rows, row => Assert.NotEmpty(row.Tests));
        Assert.All(Page.Rows.SelectMany(row => row.Tests), test => Assert.Contains(test.Project, (string[])["Attestation", "KeyBroker"]));
    }

    [Fact]
    public void Every_test_and_case_that_the_page_names_is_there() => Assert.Empty(Page.ProblemsOf("Attestation", typeof(TamperingPageTests).Assembly));

    [Theory]
    [InlineData("NoSuchTests", "Rejects_WrongProfile", "leaf expired", "is no test that runs")]
    [InlineData("ChainTamperingTests", "Rejects_NoSuchThing", "leaf expired", "is no test that runs")]
    [InlineData("ChainTamperingTests", "ToString", "leaf expired", "is no test that runs")]
    [InlineData("ChainTamperingTests", "Rejects_WrongProfile", "leaf expire", "has no case 'leaf expire'")]
    [InlineData("ChainTamperingTests", "Rejects_WrongProfile", "leaf that may not sign", "expects PckChainProfile of the case 'leaf that may not sign', the page PckChainValidity")]
    [InlineData("QuoteTamperingTests", "Tampered_IsRefusedAtTheNamedStep", "no NUL at the end", "expects accepted of the case 'no NUL at the end', the page PckChainValidity")]
    public void A_name_that_is_not_there_and_a_step_that_is_another_are_problems(string type, string method, string name, string problem)
    {
        var page = new TamperingPage([new TamperingRow("C", "row", "PckChainValidity", [new TamperingTest("Attestation", type, method, [name])])]);
        Assert.EndsWith(problem, Assert.Single(page.ProblemsOf("Attestation", typeof(TamperingPageTests).Assembly)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    [InlineData("C")]
    [InlineData("D")]
    [InlineData("E")]
    [InlineData("F")]
    public void Every_row_of_a_section_of_the_reference_is_on_the_page_in_its_order(string section)
    {
        var lines = Section(Reference("reference", "tampering.md"), $"## {section}. ");
        SameRows(lines.Select(TamperingPage.Cells).Where(cells => cells.Length > 0).Select(cells => cells[0]), section + ". ");
    }

    [Fact]
    public void Every_branch_that_takes_a_synthetic_hierarchy_is_on_the_page()
    {
        var text = string.Join(' ', Section(Reference("reference", "tampering.md"), "## Synthetic PKI"));
        var branches = text[(text.IndexOf("That covers: ", StringComparison.Ordinal) + "That covers: ".Length)..];
        SameRows(Separator().Split(branches).Select(branch => branch.Trim(' ', '.')), "Synthetic hierarchy");
    }

    [Fact]
    public void Every_row_of_the_verdict_matrix_is_on_the_page()
    {
        var lines = Section(Reference("data", "tdx", "PROVENANCE.md"), "## Expected verdict matrix");
        SameRows(lines.Select(TamperingPage.Cells).Where(cells => cells.Length > 0).Select(cells => $"{cells[0]}; {cells[2]}; {cells[3]}"), "Verdict matrix");
    }

    private static void SameRows(IEnumerable<string> reference, string section)
    {
        var expected = reference.ToList();
        var rows = Page.Rows.Where(row => row.Section.StartsWith(section, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(expected);
        Assert.All(expected.Zip(rows), pair => Assert.True(pair.Second.Is(pair.First), $"the reference has '{pair.First}', the page '{pair.Second.Name}'"));
        Assert.Equal(expected.Count, rows.Count);
    }

    private static IEnumerable<string> Section(string[] lines, string title) => lines
        .SkipWhile(line => !line.StartsWith(title, StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));

    private static string[] Reference(params string[] path)
    {
        Assert.SkipWhen(Repository.Shared is null, Absent);
        return File.ReadAllLines(Path.Combine([Repository.Shared!, .. path]));
    }

    [GeneratedRegex(@",\s+|\s+and\s+|\.\s+")]
    private static partial Regex Separator();
}
