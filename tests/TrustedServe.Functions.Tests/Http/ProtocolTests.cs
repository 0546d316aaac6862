using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Http;

[Collection(SharedHostGroup.Name)]
public sealed class ProtocolTests(SharedHost shared)
{
    private readonly TestHost host = shared.Host;

    [Fact]
    public async Task Server_is_live_ready_and_described()
    {
        Assert.True((await host.Client.GetFromJsonAsync<JsonElement>("/v2/health/live")).GetProperty("live").GetBoolean());
        Assert.True((await host.Client.GetFromJsonAsync<JsonElement>("/v2/health/ready")).GetProperty("ready").GetBoolean());
        var server = await host.Client.GetFromJsonAsync<JsonElement>("/v2");
        Assert.Equal("trustedserve", server.GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Array, server.GetProperty("extensions").ValueKind);
    }

    [Fact]
    public async Task Model_is_described_with_all_its_served_versions()
    {
        var model = await host.Client.GetFromJsonAsync<JsonElement>("/v2/models/matrix");
        Assert.Equal("""["1","2"]""", model.GetProperty("versions").GetRawText());
        Assert.Equal("""[{"name":"x","datatype":"FP32","shape":[-1,2]}]""", model.GetProperty("inputs").GetRawText());
        Assert.Equal("onnx_onnxv1", model.GetProperty("platform").GetString());
        Assert.Equal("""{"name":"matrix","ready":true}""", await host.Client.GetStringAsync("/v2/models/matrix/versions/1/ready"));
    }

    [Fact]
    public async Task Version_is_the_default_of_the_index_unless_asked_for()
    {
        const string Body = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";
        Assert.Equal("2", (await host.AskAsync("/v2/models/matrix/infer", Body)).GetProperty("model_version").GetString());
        Assert.Equal("1", (await host.AskAsync("/v2/models/matrix/versions/1/infer", Body)).GetProperty("model_version").GetString());
    }

    [Theory]
    [InlineData("BOOL", "true,false")]
    [InlineData("UINT8", "0,255")]
    [InlineData("UINT16", "0,65535")]
    [InlineData("UINT32", "0,4294967295")]
    [InlineData("UINT64", "0,18446744073709551615")]
    [InlineData("INT8", "-128,127")]
    [InlineData("INT16", "-32768,32767")]
    [InlineData("INT32", "-2147483648,2147483647")]
    [InlineData("INT64", "-9223372036854775808,9223372036854775807")]
    [InlineData("FP32", "0.1,-3.4028235E+38")]
    [InlineData("FP64", "0.1,1.7976931348623157E+308")]
    [InlineData("BYTES", "\"\",\"grüße \\\"🦔\\\"\"")]
    public async Task Every_datatype_with_a_JSON_form_comes_back_as_it_went(string datatype, string data)
    {
        var answer = await host.AskAsync(
            $"/v2/models/echo-{datatype}/infer",
            $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{datatype}}","data":[{{data}}]}]}""");
        Assert.True(JsonElement.DeepEquals(JsonSerializer.Deserialize<JsonElement>($"[{data}]"), answer.GetProperty("outputs")[0].GetProperty("data")));
        Assert.Equal(datatype, answer.GetProperty("outputs")[0].GetProperty("datatype").GetString());
    }

    [Theory]
    [InlineData("[[1,2],[3,4]]")]
    [InlineData("[1,2,3,4]")]
    public async Task Data_may_be_nested_or_flat(string data)
    {
        var answer = await host.AskAsync("/v2/models/matrix/infer", $$"""{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":{{data}}}]}""");
        Assert.Equal("[1,2,3,4]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Equal("[2,2]", answer.GetProperty("outputs")[0].GetProperty("shape").GetRawText());
    }

    [Fact]
    public async Task Members_may_come_in_any_order()
    {
        var answer = await host.AskAsync("/v2/models/matrix/infer", """{"inputs":[{"data":[[1,2]],"datatype":"FP32","shape":[1,2],"name":"x"}],"id":"a"}""");
        Assert.Equal("[1,2]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Id_is_echoed_parameters_pass_through_and_requested_outputs_are_honoured()
    {
        var answer = await host.AskAsync(
            "/v2/models/two-inputs/infer",
            """
            {"id":"Zürich 7","parameters":{"echo":18446744073709551615,"other":"x"},
             "inputs":[{"name":"b","shape":[1,2],"datatype":"FP32","data":[1.5,2]},{"name":"a","shape":[1],"datatype":"INT64","data":[9]}],
             "outputs":[{"name":"a","parameters":{"k":true}}]}
            """);
        Assert.Equal("Zürich 7", answer.GetProperty("id").GetString());
        Assert.Equal("18446744073709551615", answer.GetProperty("parameters").GetProperty("echo").GetRawText());
        var output = Assert.Single(answer.GetProperty("outputs").EnumerateArray());
        Assert.Equal("a", output.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Empty_batch_passes()
    {
        var answer = await host.AskAsync("/v2/models/matrix/infer", """{"inputs":[{"name":"x","shape":[0,2],"datatype":"FP32","data":[]}]}""");
        Assert.Equal("[]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Request_id_is_echoed_when_valid_and_made_otherwise()
    {
        using var valid = new HttpRequestMessage(HttpMethod.Get, "/v2");
        valid.Headers.Add("x-request-id", "Caller.7_x-1");
        using var echoed = await host.Client.SendAsync(valid);
        Assert.Equal("Caller.7_x-1", Assert.Single(echoed.Headers.GetValues("x-request-id")));

        using var invalid = new HttpRequestMessage(HttpMethod.Get, "/v2");
        invalid.Headers.Add("x-request-id", "a b;c");
        using var made = await host.Client.SendAsync(invalid);
        Assert.Matches("^[0-9a-f]{24}$", Assert.Single(made.Headers.GetValues("x-request-id")));
    }

    [Fact]
    public async Task Simulated_trust_is_said_in_every_answer()
    {
        foreach (var path in new[] { "/v2", "/v2/models/nope", "/nowhere" })
        {
            using var response = await host.Client.GetAsync(path);
            Assert.Equal("insecure-simulated", Assert.Single(response.Headers.GetValues("x-trustedserve-trust")));
        }
    }

    [Fact]
    public async Task Chunked_body_is_taken()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/matrix/infer")
        {
            Content = new StreamContent(new MemoryStream("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}"""u8.ToArray())),
        };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new("application/json");
        using var response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Large_tensor_passes_both_ways()
    {
        var data = string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => i * 0.5f));
        var answer = await host.AskAsync("/v2/models/matrix/infer", $$"""{"inputs":[{"name":"x","shape":[500000,2],"datatype":"FP32","data":[{{data}}]}]}""");
        Assert.Equal($"[{data}]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }
}
