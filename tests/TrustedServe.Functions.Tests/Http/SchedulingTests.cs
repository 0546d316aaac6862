using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Http;

[Collection(SharedHostGroup.Name)]
public sealed class SchedulingTests(SharedHost shared)
{
    private readonly TestHost host = shared.Host;

    [Theory]
    [InlineData("5", HttpStatusCode.OK, null)]
    [InlineData("9", HttpStatusCode.OK, null)]
    [InlineData("4", HttpStatusCode.Forbidden, "TSF4010")]
    [InlineData("1", HttpStatusCode.Forbidden, "TSF4010")]
    [InlineData("0", HttpStatusCode.BadRequest, "TSF4001")]
    [InlineData("10", HttpStatusCode.BadRequest, "TSF4001")]
    [InlineData("-9223372036854775808", HttpStatusCode.BadRequest, "TSF4001")]
    [InlineData("\"first\"", HttpStatusCode.BadRequest, "TSF4001")]
    [InlineData("5.5", HttpStatusCode.BadRequest, "TSF4001")]
    public async Task Priority_is_taken_in_its_range_and_not_above_what_the_settings_allow(string priority, HttpStatusCode status, string? code)
    {
        using var response = await host.Client.PostAsync("/v2/models/matrix/infer", Json($$"""{"parameters":{"priority":{{priority}}},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}"""));
        Assert.Equal(status, response.StatusCode);
        Assert.Contains(code ?? "outputs", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("9", HttpStatusCode.OK)]
    [InlineData("1", HttpStatusCode.Forbidden)]
    [InlineData("10", HttpStatusCode.BadRequest)]
    [InlineData("x", HttpStatusCode.BadRequest)]
    public async Task Predictions_take_it_in_the_query(string priority, HttpStatusCode status)
    {
        using var response = await host.Client.PostAsync($"/predictions/classify?priority={priority}", new StringContent("text", Encoding.UTF8, "text/plain"));
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Tag_that_a_caller_wrote_does_not_reach_the_worker()
    {
        var answer = await host.AskAsync("/v2/models/matrix/infer", """{"parameters":{"tell":true,"trustedserve_caller":"me"},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""");
        Assert.Equal("nobody", answer.GetProperty("parameters").GetProperty("caller").GetString());
    }

    [Theory]
    [InlineData("/v2/models/matrix/stats", "2")]
    [InlineData("/v2/models/matrix/versions/1/stats", "1")]
    public async Task Statistics_have_the_shape_of_the_extension_and_our_histograms(string path, string version)
    {
        var statistics = (await host.Client.GetFromJsonAsync<JsonElement>(path)).GetProperty("model_stats")[0];
        Assert.Equal(("matrix", version), (statistics.GetProperty("name").GetString(), statistics.GetProperty("version").GetString()));
        Assert.Equal((6, 2), (statistics.GetProperty("inference_count").GetInt32(), statistics.GetProperty("execution_count").GetInt32()));
        var inference = statistics.GetProperty("inference_stats");
        Assert.Equal("""{"count":2,"ns":6000000000}""", inference.GetProperty("success").GetRawText());
        Assert.Equal("""{"count":3,"ns":500000000}""", inference.GetProperty("fail").GetRawText());
        Assert.Equal("""{"count":2,"ns":1500000000}""", inference.GetProperty("compute_infer").GetRawText());
        Assert.Equal(3, statistics.GetProperty("batch_stats")[0].GetProperty("batch_size").GetInt32());
        var worker = statistics.GetProperty("trustedserve").GetProperty("workers")[0];
        Assert.Equal((2, 0.25), (worker.GetProperty("refused").GetInt32(), worker.GetProperty("seconds_per_row").GetDouble()));
        Assert.Equal("""{"bounds":[1,4],"counts":[0,2,0],"sum":6}""", worker.GetProperty("lanes")[0].GetProperty("padding").GetRawText());
    }

    [Fact]
    public async Task Statistics_of_an_unknown_model_are_not_found()
    {
        using var response = await host.Client.GetAsync("/v2/models/nope/stats");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
