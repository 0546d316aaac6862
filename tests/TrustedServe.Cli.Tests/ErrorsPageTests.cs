using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests;

public sealed class ErrorsPageTests
{
    private static readonly string Page = Path.Combine(Repository.Root, "worker", "TrustedServe.Protocol", "Errors", "ERRORS.md");

    [Fact]
    public async Task Errors_page_says_what_the_catalogue_says()
    {
        using var home = new TemporaryDirectory();
        var (exitCode, _) = await TrustedServeCommand.RunAsync(home.Path, home.Path, "errors", "--markdown");
        Assert.Equal(0, exitCode);
        Assert.True(ErrorPage.Markdown() == await File.ReadAllTextAsync(Page), $"Write it again: trustedserve errors --markdown > {Page}");
    }

    [Fact]
    public async Task Errors_unknown_code_is_refused_with_a_code_of_its_own()
    {
        using var home = new TemporaryDirectory();
        var (exitCode, output) = await TrustedServeCommand.RunAsync(home.Path, home.Path, "errors", "TSF9999");
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF0010", output, StringComparison.Ordinal);
    }
}
