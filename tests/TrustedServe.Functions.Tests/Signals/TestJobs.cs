using System.Text;
using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Tests.Signals;

/// <summary>Jobs without a queue.</summary>
internal static class TestJobs
{
    public static JobMessage Message(string model = "m", string? version = null, string input = "rows-in/a")
    {
        var stated = version is null ? string.Empty : $"\"version\":\"{version}\",";
        return JobMessage.Parse(
            Encoding.UTF8.GetBytes($$"""{"id":"j","model":"{{model}}",{{stated}}"input":"{{input}}","output":"rows-out/a","format":"jsonl"}"""), 16_384);
    }

    public static ScoredBatch Batch(int rows, long bytes = 0) => new(default, rows, 0, bytes);
}
