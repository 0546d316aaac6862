using TrustedServe.Attestation.Tests.Tampering;

namespace TrustedServe.KeyBroker.Tests;

/// <summary>What the page of tampered evidence names of this project is there.</summary>
public sealed class TamperingPageTests
{
    [Fact]
    public void Every_test_and_case_that_the_page_names_is_there()
    {
        var page = TamperingPage.Read();
        Assert.Contains(page.Rows.SelectMany(row => row.Tests), test => test.Project == "KeyBroker");
        Assert.Empty(page.ProblemsOf("KeyBroker", typeof(TamperingPageTests).Assembly));
    }
}
