using System.Text.Json;
using System.Xml.Linq;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

/// <summary>The time line of a start, as its command prints, draws and writes it.</summary>
public sealed class ColdStartTests(ServedDigits digits) : IClassFixture<ServedDigits>
{
    [Fact]
    public async Task Start_is_told_as_a_time_line()
    {
        string[] command =
        [
            "bench", "cold-start", "--models", digits.Models, "--broker-folder", digits.Broker, "--insecure-simulated-evidence",
            "--model", "digits", "--rows", Path.Combine(Repository.Samples, "digits", "heldout.jsonl"), "--held", "--svg", digits.File("start.svg"),
        ];
        var (exitCode, output) = await digits.RunAsync([.. command, "--json"]);
        Assert.True(exitCode == 0, output);
        using var report = JsonDocument.Parse(output);
        var steps = report.RootElement.GetProperty("steps").EnumerateArray().ToDictionary(
            step => step.GetProperty("name").GetString()!, step => (Begin: step.GetProperty("begin").GetDouble(), End: step.GetProperty("end").GetDouble()));
        Assert.All(steps, step => Assert.True(0 <= step.Value.Begin && step.Value.Begin <= step.Value.End, step.ToString()));

        // The model's own way is a chain: no step of it begins before what it needs is there.
        string[] chain = ["attest", "unseal", "session", "warm-up"];
        Assert.All(chain.Zip(chain.Skip(1)), pair => Assert.True(steps[pair.First].End <= steps[pair.Second].Begin + 0.001, $"{pair}: {output}"));

        // The engine's library and the listener are made ready beside it.
        Assert.True(steps["engine"].Begin < steps["attest"].End && steps["listener"].Begin < steps["attest"].End, output);

        // The worker's clock and ours meet where its lines come in: no part is over later than the line that tells of it.
        Assert.True(steps["warm-up"].End <= steps["every model is ready"].End + 0.001, output);
        Assert.True(steps["attest"].End < steps["first answer of digits"].End, output);
        Assert.Contains("warm-up", XDocument.Load(digits.File("start.svg")).ToString(), StringComparison.Ordinal);

        (exitCode, output) = await digits.RunAsync(command);
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"digits 1.*attest", output);
    }
}
