using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
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
        await MeasureAsync(work, url);
        await RefuseTooLongAsync(url);

        serve.Signal("INT");
        Assert.Equal(0, await serve.WaitAsync());
    }

    // What a user looks at next: where the lanes really are, how fast it is, and what a start consists of.
    private static async Task MeasureAsync(TemporaryDirectory work, string url)
    {
        var (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], "topology", "--served", "langid", "--url", url, "--json");
        Assert.True(exitCode == 0, output);
        using var topology = JsonDocument.Parse(output);
        var worker = Assert.Single(topology.RootElement.GetProperty("actual").GetProperty("langid").EnumerateArray());
        Assert.Equal("ok", worker.GetProperty("affinity").GetString());
        Assert.Equal(worker.GetProperty("lanes").ToString(), worker.GetProperty("actualLanes").ToString());
        var frontEnd = topology.RootElement.GetProperty("frontEnd");
        Assert.Equal(frontEnd.GetProperty("cores").GetString(), frontEnd.GetProperty("actualCores").GetString());
        (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], "topology", "--served", "langid", "--url", url);
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"actual[\s\S]*│ front end [\s\S]*│ langid [\s\S]*instruction sets where they run: \w", output);

        (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], "bench", "--model", "langid", "--url", url, "--duration", "1", "--warm-up", "0", "--svg", work["load.svg"], "--json");
        Assert.True(exitCode == 0, output);
        using var report = JsonDocument.Parse(output);
        Assert.True(report.RootElement.GetProperty("answers").GetInt64() > 0, output);
        Assert.Equal("svg", XDocument.Load(work["load.svg"]).Root!.Name.LocalName);
    }

    private static async Task RefuseTooLongAsync(string url)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        using var answer = await http.PostAsJsonAsync("/v2/models/langid/infer", new { inputs = new[] { new { name = "text", datatype = "BYTES", shape = new[] { 1 }, data = new[] { string.Join(' ', Enumerable.Repeat("das", 200)) } } } });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadAsStringAsync();
        Assert.Contains("TSF4013", problem, StringComparison.Ordinal);
        Assert.Matches("has [0-9]{3} tokens; the model takes at most 128", problem);
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
