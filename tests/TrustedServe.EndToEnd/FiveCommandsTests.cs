using System.Text.RegularExpressions;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

/// <summary>The five commands stand in the README and are run from there.</summary>
public sealed partial class FiveCommandsTests
{
    [Fact]
    public async Task Five_commands_of_the_readme_serve_an_own_model()
    {
        using var work = new TemporaryDirectory();
        Directory.CreateSymbolicLink(work["deploy"], Path.Combine(Repository.Root, "deploy"));
        var commands = Commands(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md")));
        Assert.Equal(5, commands.Count);
        foreach (var command in commands.Take(3))
        {
            var (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], command);
            Assert.True(exitCode == 0, output);
        }

        // The only additions: ports that no other test uses.
        using var serve = TrustedServeCommand.Start(work.Path, work["home"], [.. commands[3], "--listen", "http://127.0.0.1:0", "--health-listen", "http://127.0.0.1:0"]);
        await serve.WaitForAsync("every model is ready");
        var url = Address().Match(await serve.WaitForAsync("listening on")).Value;
        var (code, answer) = await TrustedServeCommand.RunAsync(work.Path, work["home"], [.. commands[4], "--url", url]);
        Assert.True(code == 0, answer);
        Assert.Matches(@"│\s*de\s*│", answer);

        serve.Signal("INT");
        Assert.Equal(0, await serve.WaitAsync());
    }

    private static List<string[]> Commands(string readme)
    {
        var block = readme[readme.IndexOf("<!-- five commands -->", StringComparison.Ordinal)..readme.IndexOf("<!-- end -->", StringComparison.Ordinal)];
        return [.. block.Split('\n').Where(line => line.StartsWith("trustedserve ", StringComparison.Ordinal)).Select(line => Words().Matches(line).Select(word => word.Value.Trim('"')).Skip(1).ToArray())];
    }

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Words();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
