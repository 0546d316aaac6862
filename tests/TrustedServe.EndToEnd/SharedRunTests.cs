using System.Net.Http.Json;
using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

/// <summary>An INT8 model takes one scale from all rows of a run, so requests that share one touch each other's scores: whose they may be.</summary>
public sealed class SharedRunTests : IDisposable
{
    private const int CrowdConnections = 8;
    private const int Questions = 300;
    private static readonly string Langid = Path.Combine(Repository.Samples, "langid");
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("by default", false, true)]
    [InlineData("--merge true", true, true)]
    [InlineData("--merge false", false, false)]
    public async Task Scores_depend_on_what_the_same_caller_asks_at_once_and_on_others_only_where_the_package_says_so(string merge, bool othersTouch, bool ownTouch)
    {
        await SealAsync(merge == "by default" ? [] : merge.Split(' '));
        var (crowd, other) = (await KeyAsync("crowd"), await KeyAsync("other"));
        using var serve = TrustedServeCommand.Start(
            work.Path,
            work["home"],
            ["serve", "--models", work["models"], "--insecure-simulated-evidence", "--listen", "http://127.0.0.1:0", "--health-listen", "http://127.0.0.1:0", "--set", $"Http:ApiKeysFile={work["keys.json"]}", "--set", "Worker:Lanes=1"]);
        await serve.WaitForAsync("every model is ready");
        using var http = new HttpClient { BaseAddress = await ServedDigits.AddressAsync(serve) };

        var rows = File.ReadLines(Path.Combine(Langid, "heldout.jsonl")).Select(line => JsonElement.Parse(line)).ToList();
        var text = rows[0].GetProperty("text").GetString()!;
        var tokens = Tokens(rows[0]);

        // Of its length, so that nothing but the rule keeps them out of its runs.
        var alike = rows.Where(row => Math.Abs(Tokens(row) - tokens) <= 1).Skip(1).Select(row => row.GetProperty("text").GetString()!).ToList();
        var alone = await AskAsync(http, crowd, text);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var asking = Enumerable.Range(0, CrowdConnections).Select(first => Task.Run(async () =>
        {
            for (var i = first; !end.IsCancellationRequested; i++)
            {
                await AskAsync(http, crowd, alike[i % alike.Count]);
            }
        })).ToList();

        var (othersTouched, ownTouched) = (await ChangesAsync(other, othersTouch), await ChangesAsync(crowd, ownTouch));
        await end.CancelAsync();
        await Task.WhenAll(asking);
        Assert.Equal((othersTouch, ownTouch), (othersTouched, ownTouched));

        // For a change that shall come there is time: a machine that is busy otherwise may not merge for a while.
        async Task<bool> ChangesAsync(string key, bool expected)
        {
            for (var i = 0; expected ? !limit.IsCancellationRequested : i < Questions; i++)
            {
                if (await AskAsync(http, key, text) != alone)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static int Tokens(JsonElement row) => row.GetProperty("input_ids").GetArrayLength();

    private static async Task<string> AskAsync(HttpClient http, string key, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/langid/infer")
        {
            Headers = { Authorization = new("Bearer", key) },
            Content = JsonContent.Create(new { inputs = new[] { new { name = "text", datatype = "BYTES", shape = new[] { 1 }, data = new[] { text } } }, outputs = new[] { new { name = "logits" } } }),
        };
        using var answer = await http.SendAsync(request);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("outputs")[0].GetProperty("data").GetRawText();
    }

    private async Task SealAsync(string[] merge)
    {
        await MustAsync("model", "pack", Path.Combine(Langid, "model.onnx"), "--name", "langid", "--task", "text-classification", "--vocabulary", Path.Combine(Langid, "vocab.txt"), "--labels", Path.Combine(Langid, "labels.txt"), "--warmup", Path.Combine(Langid, "heldout.jsonl"), "--out", work["fp32"]);
        await MustAsync(["model", "optimize", work["fp32"], "--output", work["int8"], .. merge]);
        await MustAsync("key", "create", "kbs:///test/key/langid", "--package", work["int8"]);
        await MustAsync("model", "seal", work["int8"], "--key", "kbs:///test/key/langid", "--to", work["models"]);
    }

    private async Task<string> KeyAsync(string name) =>
        JsonElement.Parse(await MustAsync("api-key", "create", name, "--file", work["keys.json"], "--model", "*", "--json")).GetProperty("key").GetString()!;

    private async Task<string> MustAsync(params string[] arguments)
    {
        var (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
