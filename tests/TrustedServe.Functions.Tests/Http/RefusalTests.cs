using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Http;

/// <summary>Bad input gets an answer with reason and code, while another caller keeps being served.</summary>
[Collection(SharedHostGroup.Name)]
public sealed class RefusalTests(SharedHost shared)
{
    private const string Good = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    private readonly TestHost host = shared.Host;

    public static TheoryData<string, string, string> BadRequests() => new()
    {
        // What is wrong, the expected code, the body for model matrix (input x, FP32, [-1,2]).
        { "empty body", "TSF4001", "" },
        { "not JSON", "TSF4001", "{\"inputs\":[" },
        { "not an object", "TSF4001", "[]" },
        { "text behind the document", "TSF4001", Good + "x" },
        { "two documents", "TSF4001", Good + Good },
        { "no inputs", "TSF4001", """{"id":"1"}""" },
        { "unknown member", "TSF4001", """{"inputs":[],"input":1}""" },
        { "inputs twice", "TSF4001", """{"inputs":[],"inputs":[]}""" },
        { "unknown member of an input", "TSF4001", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"colour":1}]}""" },
        { "no data", "TSF4001", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32"}]}""" },
        { "parameter that is an object", "TSF4001", """{"parameters":{"a":{}},"inputs":[]}""" },
        { "parameter twice", "TSF4001", """{"parameters":{"a":1,"a":1},"inputs":[]}""" },
        { "timeout of no time", "TSF4001", """{"parameters":{"timeout":0},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "half a surrogate pair in a name", "TSF4001", """{"inputs":[{"name":"\ud800","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "name of a megabyte", "TSF4001", $$"""{"inputs":[{"name":"{{new string('x', 1 << 20)}}","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "nested deeper than 100", "TSF4001", "{\"inputs\":" + new string('[', 101) + new string(']', 101) + "}" },
        { "data nested deeper than 100", "TSF4001", "{\"inputs\":[{\"name\":\"x\",\"data\":" + new string('[', 5000) },
        { "wrong datatype", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"INT32","data":[1,2]}]}""" },
        { "unknown datatype", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"fp32","data":[1,2]}]}""" },
        { "half precision", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP16","data":[1,2]}]}""" },
        { "negative dimension", "TSF4002", """{"inputs":[{"name":"x","shape":[-1,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "two negative dimensions", "TSF4002", """{"inputs":[{"name":"x","shape":[-1,-2],"datatype":"FP32","data":[1,2]}]}""" },
        { "product that overflows", "TSF4002", """{"inputs":[{"name":"x","shape":[4611686018427387904,4],"datatype":"FP32","data":[1,2]}]}""" },
        { "product that overflows beside a zero", "TSF4002", """{"inputs":[{"name":"x","shape":[4611686018427387904,4611686018427387904,0],"datatype":"FP32","data":[]}]}""" },
        { "product beyond the data", "TSF4002", """{"inputs":[{"name":"x","shape":[536870912,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "dimension beyond 64 bits", "TSF4002", """{"inputs":[{"name":"x","shape":[18446744073709551616,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "fractional dimension", "TSF4002", """{"inputs":[{"name":"x","shape":[1.5,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "nine dimensions", "TSF4002", """{"inputs":[{"name":"x","shape":[1,1,1,1,1,1,1,1,1],"datatype":"FP32","data":[1]}]}""" },
        { "fewer data", "TSF4002", """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[1,2,3]}]}""" },
        { "more data", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2,3]}]}""" },
        { "uneven rows", "TSF4002", """{"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2,3],[4]]}]}""" },
        { "nested too deep for the shape", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[[[1],[2]]]}]}""" },
        { "data that is no array", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":"12"}]}""" },
        { "string among numbers", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,"2"]}]}""" },
        { "number beyond single precision", "TSF4002", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,1e39]}]}""" },
        { "NaN, which is no JSON", "TSF4001", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,NaN]}]}""" },
        { "wrong shape", "TSF4002", """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,2]}]}""" },
        { "unknown input", "TSF4005", """{"inputs":[{"name":"y","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "missing input", "TSF4005", """{"inputs":[]}""" },
        { "input twice", "TSF4005", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""" },
        { "unknown output", "TSF4006", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"y"}]}""" },
        { "output twice", "TSF4006", """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"outputs":[{"name":"x"},{"name":"x"}]}""" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Rejects_a_bad_request_and_goes_on_serving_others(string what, string code, string body)
    {
        var bystander = host.AskAsync("/v2/models/matrix/infer", Good);
        await AssertRefusedAsync(await host.PostAsync("/v2/models/matrix/infer", body), code, 400, what);
        await bystander;
        await host.AskAsync("/v2/models/matrix/infer", Good);
    }

    [Theory]
    [InlineData("INT32", "1.5")]
    [InlineData("INT32", "1e2")]
    [InlineData("INT32", "2147483648")]
    [InlineData("UINT8", "256")]
    [InlineData("UINT64", "-1")]
    [InlineData("UINT64", "18446744073709551616")]
    [InlineData("INT64", "9223372036854775808")]
    [InlineData("INT64", "\"NaN\"")]
    [InlineData("INT8", "null")]
    [InlineData("BOOL", "1")]
    [InlineData("FP64", "1e999")]
    [InlineData("BYTES", "1")]
    [InlineData("BYTES", "\"\\udc00\"")]
    public async Task Rejects_an_element_out_of_range_or_of_another_kind(string datatype, string element) => await AssertRefusedAsync(
        await host.PostAsync($"/v2/models/echo-{datatype}/infer", $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"{{datatype}}","data":[{{element}}]}]}"""),
        "TSF4002",
        400,
        element);

    [Theory]
    [InlineData("GET", "/v2/models/nope", "TSF4003", 404)]
    [InlineData("GET", "/v2/models/matrix/versions/9", "TSF4004", 404)]
    [InlineData("POST", "/v2/models/nope/infer", "TSF4003", 404)]
    [InlineData("POST", "/v2/models/matrix/versions/9/infer", "TSF4004", 404)]
    [InlineData("POST", "/predictions/nope", "TSF4003", 404)]
    [InlineData("POST", "/predictions/classify/9", "TSF4004", 404)]
    [InlineData("GET", "/v3", "TSF4014", 404)]
    [InlineData("GET", "/v2/models/matrix/infer", "TSF4015", 405)]
    [InlineData("POST", "/v2", "TSF4015", 405)]
    [InlineData("DELETE", "/predictions/classify", "TSF4015", 405)]
    [InlineData("GET", "/metrics", "TSF4014", 404)]
    public async Task Rejects_what_is_not_there(string method, string path, string code, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? JsonContent.Create(new { }) : null };
        var response = await host.Client.SendAsync(request);
        if (status == 405)
        {
            Assert.NotEmpty(response.Content.Headers.Allow);
        }

        await AssertRefusedAsync(response, code, status, path);
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("nonsense")]
    public async Task Rejects_another_content_type(string contentType) =>
        await AssertRefusedAsync(await host.PostAsync("/v2/models/matrix/infer", Good, contentType), "TSF4008", 415, contentType);

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData(null)]
    public async Task Accepts_JSON_however_it_is_announced(string? contentType) => await host.AskAsync("/v2/models/matrix/infer", Good, contentType);

    [Fact]
    public async Task Rejects_a_compressed_body()
    {
        var content = new StringContent(Good, Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        await AssertRefusedAsync(await host.Client.PostAsync("/v2/models/matrix/infer", content), "TSF4008", 415, "gzip");
    }

    [Fact]
    public async Task Rejects_bytes_that_are_not_UTF8() => await AssertRefusedAsync(
        await host.PostAsync("/v2/models/echo-BYTES/infer", [.. """{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[" """u8, 0xC3, 0x28, .. "\"]}]}"u8], "application/json"),
        "TSF4001",
        400,
        "bytes");

    [Fact]
    public async Task Answers_a_text_of_a_megabyte() =>
        await AssertRefusedAsync(await host.PostAsync("/predictions/classify", new string('x', 1 << 20), "text/plain"), "TSF4013", 400, "a megabyte");

    [Fact]
    public async Task Answers_what_the_worker_refuses_with_its_code_and_when_to_come_again()
    {
        using var response = await host.PostAsync("/v2/models/full/infer", Good);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter?.Delta);
        await AssertRefusedAsync(response, "TSF4012", 503, "full");
    }

    [Fact]
    public async Task Answers_what_went_wrong_inside_without_details()
    {
        using var response = await host.PostAsync("/v2/models/broken/infer", Good);
        Assert.DoesNotContain("Unknown", await response.Content.ReadAsStringAsync());
        await AssertRefusedAsync(response, "TSF0001", 500, "broken");
    }

    [Fact]
    public async Task Answers_NaN_in_an_output_with_a_reason() =>
        await AssertRefusedAsync(await host.PostAsync("/v2/models/nan/infer", Good), "TSF4017", 422, "NaN");

    [Fact]
    public async Task Deadline_of_the_caller_ends_a_request()
    {
        const string Body = """{"parameters":{"timeout":200000},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";
        await AssertRefusedAsync(await host.PostAsync("/v2/models/slow/infer", Body), "TSF4011", 504, "deadline");
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, string code, int status, string what)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == status, $"{what}: {(int)response.StatusCode} {text}");
            var error = JsonSerializer.Deserialize<JsonElement>(text);
            Assert.Equal(code, error.GetProperty("code").GetString());
            Assert.NotEmpty(error.GetProperty("error").GetString()!);
            Assert.Equal(TsfErrors.Find(code)!.Remedy, error.GetProperty("remedy").GetString());
            Assert.True(text.Length < 1000, string.Create(CultureInfo.InvariantCulture, $"{what}: an answer of {text.Length} characters"));
        }
    }
}
