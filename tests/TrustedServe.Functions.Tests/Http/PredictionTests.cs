using System.Net;
using System.Text.Json;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Http;

[Collection(SharedHostGroup.Name)]
public sealed class PredictionTests(SharedHost shared)
{
    private static readonly string Row = string.Join(',', Enumerable.Repeat("0", 63)) + ",1";
    private static readonly string Grid = $"[{string.Join(',', Enumerable.Range(0, 8).Select(i => i == 7 ? "[0,0,0,0,0,0,0,1]" : "[0,0,0,0,0,0,0,0]"))}]";

    private readonly TestHost host = shared.Host;

    [Theory]
    [InlineData("abcd", "text/plain")]
    [InlineData("abcd", "text/plain; charset=utf-8")]
    [InlineData("abcd", null)]
    [InlineData("[ab]", "text/plain")]
    [InlineData("\"abcd\"", "application/json")]
    [InlineData("\"abcd\"", null)]
    [InlineData("{\"text\":\"abcd\"}", "application/json")]
    [InlineData("{\"text\":\"abcd\",\"label\":\"?\"}", null)]
    [InlineData("{so}", null)]
    public async Task Text_gives_labels_with_scores_best_first(string body, string? contentType)
    {
        var answer = await host.AskAsync("/predictions/classify", body, contentType);
        Assert.Equal("""{"en":0.75,"de":0.125,"fr":0.125}""", answer.GetRawText());
    }

    [Theory]
    [InlineData("""["abc","abcd"]""")]
    [InlineData("""[{"text":"abc"},"abcd"]""")]
    [InlineData("""{"instances":["abc",{"text":"abcd"}]}""")]
    public async Task Rows_give_an_array(string body)
    {
        var answer = await host.AskAsync("/predictions/classify/1?top_k=1", body);
        Assert.Equal("""[{"de":0.75},{"en":0.75}]""", answer.GetRawText());
    }

    [Fact]
    public async Task Grid_is_taken_in_every_form()
    {
        foreach (var grid in new[] { $"[{Row}]", Grid, $"[{Grid}]", $$"""{"image":[{{Row}}]}""" })
        {
            Assert.Equal("""{"en":0.75}""", (await host.AskAsync("/predictions/digits?top_k=1", grid)).GetRawText());
        }

        foreach (var rows in new[] { $"[[{Row}],[{Row}]]", $"[{Grid},{Grid}]", $$"""[{"image":{{Grid}}},[{{Row}}]]""" })
        {
            Assert.Equal("""[{"en":0.75},{"en":0.75}]""", (await host.AskAsync("/predictions/digits?top_k=1", rows)).GetRawText());
        }

        Assert.Equal("""[{"en":0.75}]""", (await host.AskAsync("/predictions/digits?top_k=1", $"[[{Row}]]")).GetRawText());
    }

    [Fact]
    public async Task Tensors_go_by_name_without_their_batch_dimension()
    {
        Assert.Equal("""{"a":7,"b":[1.5,2]}""", (await host.AskAsync("/predictions/two-inputs", """{"a":7,"b":[1.5,2]}""")).GetRawText());
        Assert.Equal(
            """[{"a":7,"b":[1.5,2]},{"a":8,"b":[3,4]}]""",
            (await host.AskAsync("/predictions/two-inputs", """[{"b":[1.5,2],"a":7},{"a":8,"b":[3,4]}]""")).GetRawText());
    }

    [Theory]
    [InlineData("\"cut me\"", "0")]
    [InlineData("[\"abc\",\"cut me\",\"abcd\",\"cut me too\"]", "1,3")]
    [InlineData("\"abc\"", null)]
    public async Task Rows_whose_text_was_cut_are_named_in_a_header(string body, string? rows)
    {
        using var response = await host.PostAsync("/predictions/classify", body);
        Assert.Equal(rows, response.Headers.TryGetValues("x-trustedserve-truncated-rows", out var values) ? Assert.Single(values) : null);
    }

    [Fact]
    public async Task Put_is_taken_as_post()
    {
        using var response = await host.Client.PutAsync("/predictions/classify", new StringContent("abc"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("classify", "", "text/plain", "TSF4001")]
    [InlineData("classify", "{}", "application/json", "TSF4005")]
    [InlineData("classify", "[]", "application/json", "TSF4001")]
    [InlineData("classify", "[1]", "application/json", "TSF4002")]
    [InlineData("classify", "{\"instances\":1}", "application/json", "TSF4001")]
    [InlineData("classify", "{\"instances\":[\"a\"],\"x\":1}", "application/json", "TSF4001")]
    [InlineData("classify", "\"\\ud800\"", "application/json", "TSF4002")]
    [InlineData("classify", "{\"text\":\"a\",\"text\":\"b\"}", "application/json", "TSF4001")]
    [InlineData("classify?top_k=0", "\"a\"", "application/json", "TSF4001")]
    [InlineData("classify?top_k=9", "\"a\"", "application/json", "TSF4013")]
    [InlineData("digits", "abc", "text/plain", "TSF4008")]
    [InlineData("digits", "[1,2,3]", "application/json", "TSF4002")]
    [InlineData("digits", "[[1,2],[3]]", "application/json", "TSF4002")]
    [InlineData("digits", "[[[[[[1]]]]]]", "application/json", "TSF4002")]
    [InlineData("two-inputs", "{\"a\":1}", "application/json", "TSF4005")]
    [InlineData("two-inputs", "{\"a\":1,\"b\":[1,2],\"c\":1}", "application/json", "TSF4005")]
    [InlineData("two-inputs", "{\"a\":1.5,\"b\":[1,2]}", "application/json", "TSF4002")]
    [InlineData("two-inputs", "7", "application/json", "TSF4001")]
    public async Task Rejects_what_is_no_row(string model, string body, string contentType, string code)
    {
        using var response = await host.PostAsync($"/predictions/{model}", body, contentType);
        var text = await response.Content.ReadAsStringAsync();
        Assert.InRange((int)response.StatusCode, 400, 499);
        Assert.Equal(code, JsonSerializer.Deserialize<JsonElement>(text).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Rejects_more_rows_than_the_model_takes()
    {
        using var response = await host.PostAsync("/predictions/classify", $"[{string.Join(',', Enumerable.Repeat("\"a\"", 33))}]");
        Assert.Contains("TSF4013", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("digits", "1", 5_000_000)]
    [InlineData("classify", "\"\"", 1_000_000)]
    [InlineData("two-inputs", "{}", 1_000_000)]
    public async Task Rejects_millions_of_rows(string model, string row, int count)
    {
        using var response = await host.PostAsync($"/predictions/{model}", $"[{string.Join(',', Enumerable.Repeat(row, count))}]");
        Assert.Contains("TSF4013", await response.Content.ReadAsStringAsync());
    }
}
